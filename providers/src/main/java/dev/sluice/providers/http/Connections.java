package dev.sluice.providers.http;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultConnectionKeepAliveStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
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
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Connections to one provider that are kept between calls: HTTP/1.1, one call at a time on each, as
 * many as there may be calls. Nothing here repeats, redirects or adds to a request.
 */
final class Connections implements AutoCloseable {
  /**
   * A provider that drops idle connections may do so just as one is used again, and that message is
   * in doubt. The shortest time in common use is 5 s (Node.js, Apache); those that announce theirs
   * are given a second's notice.
   */
  private static final Duration KEPT_IDLE = Duration.ofSeconds(4);

  /**
   * A connection that rested for longer is looked at before it is used, which takes up to a
   * millisecond: if it was closed meanwhile, nothing is written to it and another is opened. Under
   * load the newest is used again sooner than that.
   */
  private static final Duration TRUSTED_IDLE = Duration.ofMillis(100);

  /** Each connection has two; requests and answers are some hundred bytes. */
  private static final int BUFFER_BYTES = 2048;

  private final HttpHost target;
  private final CloseableHttpClient client;

  /**
   * Prepares them; they are opened when they are needed.
   *
   * @param timer drops idle ones
   */
  Connections(Endpoint endpoint, ScheduledExecutorService timer) {
    target = HttpHost.create(endpoint.baseUrl());
    PoolingHttpClientConnectionManager pool = pool(endpoint);
    HttpRoute route = route(target);
    client =
        HttpClients.custom()
            .setConnectionManager(pool)
            .setRequestExecutor(new Attempt.Noting())
            .setRoutePlanner((_, _) -> route)
            .setKeepAliveStrategy(Connections::keptIdle)
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
            () -> pool.closeIdle(TimeValue.of(KEPT_IDLE)), 1, 1, TimeUnit.SECONDS);
  }

  private static PoolingHttpClientConnectionManager pool(Endpoint endpoint) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        // No lock: with the strict policy's, closing one connection would hold up all the others.
        .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
        // The newest first, so that those beyond what is needed fall idle and are dropped.
        .setConnPoolPolicy(PoolReusePolicy.LIFO)
        .setMaxConnPerRoute(endpoint.connections())
        .setMaxConnTotal(endpoint.connections())
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(Http1Config.custom().setBufferSize(BUFFER_BYTES).build())
                .build())
        // Reads wait without a timer of their own: a call's deadline ends them.
        .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(Timeout.DISABLED).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(endpoint.connectTimeout()))
                .setIdleTimeout(Timeout.of(KEPT_IDLE))
                .setValidateAfterInactivity(TimeValue.of(TRUSTED_IDLE))
                .build())
        .setDnsResolver(
            new TimedLookup(SystemDefaultDnsResolver.INSTANCE, endpoint.connectTimeout()))
        .setTlsSocketStrategy(
            new DefaultClientTlsStrategy(Authorities.trust(endpoint.authorities())))
        .build();
  }

  /** Directly, or through the proxy that Java's settings name; the same way for all calls. */
  private static HttpRoute route(HttpHost target) {
    try {
      return new SystemDefaultRoutePlanner(null).determineRoute(target, HttpClientContext.create());
    } catch (HttpException e) {
      throw new IllegalArgumentException("no way to " + target + ": " + e.getMessage(), e);
    }
  }

  /** As long as the provider announces, if it does, less a second. */
  private static TimeValue keptIdle(HttpResponse answer, HttpContext context) {
    long announced =
        DefaultConnectionKeepAliveStrategy.INSTANCE
            .getKeepAliveDuration(answer, context)
            .toMilliseconds();
    // 0 would mean for ever.
    return TimeValue.ofMilliseconds(Math.clamp(announced - 1000, 1, KEPT_IDLE.toMillis()));
  }

  /** Sends a request and waits for the head of its answer. */
  ClassicHttpResponse open(ClassicHttpRequest request, Attempt attempt) throws IOException {
    return client.executeOpen(target, request, attempt);
  }

  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }
}
