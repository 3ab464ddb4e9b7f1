# One image for every role: docker build --target roles -t sluice:local . && docker run sluice:local worker
# The simulator has an image of its own: docker build --target simulator -t sluice-simulator:local .
# Nothing is written below /: run it with --read-only --tmpfs /tmp.
FROM maven:3.9.16-eclipse-temurin-25@sha256:93b8a14ea2f412782e4e842651273b4d903e35cc496284f178fbbe2d67d00976 AS build
WORKDIR /build
COPY . .
# The build starts a throw-away PostgreSQL to generate code from, which refuses to run as root.
RUN useradd --create-home builder && chown -R builder /build
USER builder
RUN mvn -q -B -DskipTests -Dspotless.check.skip package

FROM build AS roles-layout
RUN deploy/image/assemble /build/image roles

FROM build AS simulator-layout
RUN deploy/image/assemble /build/image simulator

FROM debian:trixie-20260918-slim@sha256:a99cfc517144bc59b1978475ec53b46ecabec7e43635402ee5b77cc54cd1b20a AS base
ENV JAVA_HOME=/sluice/java SLUICE_HTTP_HOST=0.0.0.0 SLUICE_HTTP_PORT=8080
WORKDIR /sluice
EXPOSE 8080
ENTRYPOINT ["/sluice/sluice"]
CMD ["--help"]

FROM base AS simulator
COPY --from=simulator-layout /build/image /sluice
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$SLUICE_HTTP_PORT"]

FROM base AS roles
COPY --from=roles-layout /build/image /sluice
RUN --mount=type=bind,from=build,source=/build/deploy/image,target=/mnt /mnt/train /sluice
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/sluice/healthy"]
