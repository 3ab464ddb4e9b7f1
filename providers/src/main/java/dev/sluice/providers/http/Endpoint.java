package dev.sluice.providers.http;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to connect to a provider.
 *
 * @param baseUrl its address; the path does not matter
 * @param authorities a PEM file of the trusted certificates, or null for those that the Java
 *     runtime trusts
 * @param connectTimeout the limit for resolving a name, for opening a connection, and for each step
 *     of a TLS handshake
 * @param answerTimeout the limit for a whole call, from the first of these to the last byte of the
 *     response
 * @param connections the most concurrent calls
 * @param writeTimes whether each request says when it was written, in a header {@code
 *     Sluice-Written}, for benchmarks that tell an uneven pace from messages that bunch in transit
 */
public record Endpoint(
    URI baseUrl,
    @Nullable Path authorities,
    Duration connectTimeout,
    Duration answerTimeout,
    int connections,
    boolean writeTimes) {}
