"""Answer: the questions people ask over HTTP. The only room that knows FastAPI; one file a
question.
"""
