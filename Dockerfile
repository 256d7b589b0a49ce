# The service alone: engine, web and jobs. Asterisk and PostgreSQL are services of their own (compose.yaml).
FROM debian:bookworm-slim AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN python3 -m venv /opt/hotline \
    && /opt/hotline/bin/pip install --no-cache-dir . \
    && /opt/hotline/bin/python -c "from router.web import assets; assets.ensure(print)"

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1000 --create-home --home-dir /var/lib/hotline hotline
COPY --from=build /opt/hotline /opt/hotline
ENV PATH=/opt/hotline/bin:$PATH PYTHONUNBUFFERED=1
USER 1000
VOLUME /var/lib/hotline
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["hotline", "doctor", "--config", "/etc/hotline/site.toml", "--data", "/var/lib/hotline", "--only", "pages"]
ENTRYPOINT ["hotline"]
CMD ["up", "--config", "/etc/hotline/site.toml", "--data", "/var/lib/hotline"]
