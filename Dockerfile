# mlmon with promtool and amtool: docker build -t mlmon . && docker run --rm -v "$PWD:/repo" -u "$(id -u)" mlmon generate
FROM python:3.12-slim AS build
WORKDIR /src
COPY . .
RUN sh scripts/fetch-tools.sh promtool amtool
RUN python -m venv /opt/mlmon && /opt/mlmon/bin/pip install --no-cache-dir --constraint requirements.lock .

FROM python:3.12-slim
COPY --from=build /opt/mlmon /opt/mlmon
COPY --from=build /src/.tools/bin/promtool /src/.tools/bin/amtool /usr/local/bin/
ENV PATH="/opt/mlmon/bin:$PATH"
USER nobody
WORKDIR /repo
ENTRYPOINT ["mlmon"]
