package dev.sluice.providers.http;

import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.impl.routing.SystemDefaultRoutePlanner;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * A pool of persistent HTTP/1.1 connections to one provider, one call at a time on each, as many as
 * there may be concurrent calls. It never repeats or redirects a request, nor adds to it.
 */
final class Connections implements AutoCloseable {
  /** Each connection has two buffers; requests and responses are a few hundred bytes. */
  private static final int BUFFER_BYTES = 2048;

  /** Lines and their number are bounded as well, because trailers come after the head. */
  private static final Http1Config HTTP =
      Http1Config.custom()
          .setBufferSize(BUFFER_BYTES)
          .setMaxLineLength(8 * 1024)
          .setMaxHeaderCount(64)
          .build();

  private final HttpHost target;
  private final CloseableHttpClient client;
  private final Openings openings;

  /**
   * Creates the pool; connections are opened when needed.
   *
   * @param timer closes idle connections
   */
  Connections(Endpoint endpoint, ScheduledExecutorService timer) {
    target = HttpHost.create(endpoint.baseUrl());
    PoolingHttpClientConnectionManager pool = pool(endpoint);
    HttpRoute route = route(target);
    Rests rests = new Rests();
    openings = new Openings(() -> pool.getStats(route).getAvailable() > 0);
    client =
        HttpClients.custom()
            .setConnectionManager(pool)
            .setRequestExecutor(new Attempt.Noting(rests, openings, endpoint.writeTimes()))
            .setRoutePlanner((_, _) -> route)
            .setKeepAliveStrategy(rests)
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(Timeout.of(endpoint.connectTimeout()))
                    .setAuthenticationEnabled(false)
                    .setProtocolUpgradeEnabled(false)
                    .build())
            .setUserAgent("sluice")
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .disableConnectionState()
            .build();
    var _ =
        timer.scheduleWithFixedDelay(
            () -> pool.closeIdle(TimeValue.of(Rests.LONGEST)), 1, 1, TimeUnit.SECONDS);
  }

  private static PoolingHttpClientConnectionManager pool(Endpoint endpoint) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        // Lock-free: with the strict policy, closing one connection would hold up all others.
        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
        // Reuse the newest first, so that surplus connections become idle and are closed.
        .setConnPoolPolicy(PoolReusePolicy.LIFO)
        .setMaxConnPerRoute(endpoint.connections())
        .setMaxConnTotal(endpoint.connections())
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(HTTP)
                .responseParserFactory(_ -> parser())
                .build())
        // Reads have no timeout of their own; the call's deadline ends them.
        .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(Timeout.DISABLED).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(endpoint.connectTimeout()))
                // Rests does this check.
                .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
                .build())
        .setDnsResolver(
            new TimedLookup(SystemDefaultDnsResolver.INSTANCE, endpoint.connectTimeout()))
        .setTlsSocketStrategy(
            new DefaultClientTlsStrategy(Authorities.trust(endpoint.authorities())))
        .build();
  }

  /** Like the client's own, it skips what a wrong length of the last response has left over. */
  private static HttpMessageParser<ClassicHttpResponse> parser() {
    HttpMessageParser<ClassicHttpResponse> parser =
        new DefaultHttpResponseParserFactory(HTTP).create();
    return (buffer, connection) -> parser.parse(buffer, new BoundedHead(connection));
  }

  /** Returns the route of all calls: direct, or through the proxy of Java's system properties. */
  private static HttpRoute route(HttpHost target) {
    try {
      return new SystemDefaultRoutePlanner(null).determineRoute(target, HttpClientContext.create());
    } catch (HttpException e) {
      throw new IllegalArgumentException("no way to " + target + ": " + e.getMessage(), e);
    }
  }

  /** Sends a request once and waits for the head of the response. */
  ClassicHttpResponse open(ClassicHttpRequest request, Attempt attempt) throws IOException {
    while (true) {
      try {
        attempt.awaitPlace(openings);
        ClassicHttpResponse answer = client.executeOpen(target, request, attempt);
        attempt.requireWanted();
        return answer;
      } catch (Rests.OverException e) {
        // It was closed with nothing written to it. The pool has others or opens a new one.
      } finally {
        attempt.leavePlace();
      }
    }
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
