package dev.sluice.providers.http;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider is and how it is called.
 *
 * @param baseUrl its address; the path does not matter
 * @param authorities a file of the certificates (PEM) that vouch for it, or null for those that the
 *     Java runtime trusts
 * @param connectTimeout how long a name may take to be resolved, a connection to open, and each
 *     step of a TLS handshake
 * @param answerTimeout how long all of a call may take, from the first of these to the answer's
 *     last byte
 * @param connections calls at a time, at most
 */
public record Endpoint(
    URI baseUrl,
    @Nullable Path authorities,
    Duration connectTimeout,
    Duration answerTimeout,
    int connections) {}
