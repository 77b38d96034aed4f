# An exported model and its server in one image. The context is the folder of `kerasgan export --out`:
#   docker build -f docker/serving.Dockerfile --build-arg MODEL=acgan -t faces models
ARG SERVING=latest
FROM tensorflow/serving:${SERVING}
ARG MODEL
ENV MODEL_NAME=${MODEL}
COPY ${MODEL} /models/${MODEL}
# The server's image starts it with MODEL_NAME, REST on 8501 and gRPC on 8500.
EXPOSE 8500 8501
