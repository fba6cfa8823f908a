# Muster in a container: the same locks as `make run`, an ordinary user, no build tools.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /muster

COPY requirements.lock ./
RUN pip install --no-deps --require-hashes --only-binary :all: -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY seeds seeds
RUN pip install --no-deps --no-build-isolation --editable . \
 && useradd --system --uid 10001 --home-dir /muster muster \
 && install -d -o muster /ledger

USER muster
ENV MUSTER_HOST=0.0.0.0 MUSTER_DATABASE_URL=sqlite:////ledger/muster.db
VOLUME /ledger
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
CMD ["sh", "-c", "muster migrate && muster seed --if-empty && exec muster serve"]
