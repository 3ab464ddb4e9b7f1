package dev.sluice.providers.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves names within a time limit. The operating system's lookup cannot be interrupted, so a
 * silent name server would hold a call beyond its deadline, and pin a virtual thread's carrier as
 * well. Therefore one platform thread per name asks on behalf of all callers that wait for it.
 */
final class TimedLookup implements DnsResolver {
  private final DnsResolver lookups;
  private final Duration limit;
  private final Map<String, CompletableFuture<InetAddress[]>> underWay = new ConcurrentHashMap<>();

  TimedLookup(DnsResolver lookups, Duration limit) {
    this.lookups = lookups;
    this.limit = limit;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    try {
      return underWay
          .computeIfAbsent(host, this::begin)
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw unknown(host + ": no name server answered within " + limit.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw unknown(host + ": name not resolved", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(host + ": interrupted while its name was resolved", e);
    }
  }

  private CompletableFuture<InetAddress[]> begin(String host) {
    CompletableFuture<InetAddress[]> lookup = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("lookup of " + host)
        .start(() -> {
          try {
            lookup.complete(lookups.resolve(host));
          } catch (UnknownHostException | RuntimeException e) {
            lookup.completeExceptionally(e);
          } finally {
            underWay.remove(host);
          }
        });
    return lookup;
  }

  private static UnknownHostException unknown(String detail, Exception cause) {
    UnknownHostException unknown = new UnknownHostException(detail);
    unknown.initCause(cause);
    return unknown;
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return lookups.resolveCanonicalHostname(host);
  }
}
