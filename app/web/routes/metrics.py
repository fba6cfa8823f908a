"""How it goes: what is counted and measured of the server, for Prometheus."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from app.web.middleware.metrics import Metrics

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def get_metrics(request: Request) -> Response:
    """The metrics as text, as Prometheus reads it."""
    metrics: Metrics = request.app.state.metrics
    return Response(
        metrics.written(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )
