# One image for every role: docker run sluice:local worker
# The simulator has an image of its own: docker build --target simulator -t sluice-simulator:local .
FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /build
COPY . .
# The build starts a throw-away PostgreSQL to generate code from, which refuses to run as root.
RUN useradd --create-home builder && chown -R builder /build
USER builder
RUN mvn -q -B -DskipTests package

FROM eclipse-temurin:25-jre AS base
RUN useradd --system --create-home sluice
WORKDIR /sluice
COPY --from=build /build/sluice ./sluice
USER sluice
ENTRYPOINT ["/sluice/sluice"]
CMD ["--help"]

FROM base AS simulator
COPY --from=build /build/demo/target/demo-*.jar ./demo/target/
COPY --from=build /build/demo/target/lib ./demo/target/lib

FROM base AS roles
COPY --from=build /build/cli/target/cli-*.jar ./cli/target/
COPY --from=build /build/cli/target/lib ./cli/target/lib
