# One image for every role: docker run sluice:local worker
FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /build
COPY . .
# The build starts a throw-away PostgreSQL to generate code from, which refuses to run as root.
RUN useradd --create-home builder && chown -R builder /build
USER builder
RUN mvn -q -B -DskipTests package

FROM eclipse-temurin:25-jre
RUN useradd --system --create-home sluice
WORKDIR /sluice
COPY --from=build /build/sluice ./sluice
COPY --from=build /build/cli/target/cli-*.jar ./cli/target/
COPY --from=build /build/cli/target/lib ./cli/target/lib
USER sluice
ENTRYPOINT ["/sluice/sluice"]
CMD ["--help"]
