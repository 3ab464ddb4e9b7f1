package dev.sluice.providers.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimedLookupTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  @Test
  void bringsWhatTheSystemKnows() throws UnknownHostException {
    TimedLookup lookup = new TimedLookup(SystemDefaultDnsResolver.INSTANCE, Duration.ofSeconds(10));

    assertThat(lookup.resolve("localhost")).contains(InetAddress.getByName("localhost"));
    assertThatThrownBy(() -> lookup.resolve("nowhere.invalid"))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("nowhere.invalid");
  }

  @Test
  void aSilentNameServerHoldsNobodyForLongAndIsAskedOnceForAll() throws Exception {
    SilentServer server = new SilentServer();
    TimedLookup lookup = new TimedLookup(server, SHORT);

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> lookup.resolve("provider"))
          .isInstanceOf(UnknownHostException.class)
          .hasMessageContaining("no name server answered");
    }
    assertThat(server.asked.get()).isOne();

    server.answers.countDown();
    await()
        .ignoreExceptionsInstanceOf(UnknownHostException.class)
        .untilAsserted(() -> assertThat(lookup.resolve("provider")).isNotEmpty());
  }

  private static final class SilentServer implements DnsResolver {
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch answers = new CountDownLatch(1);

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      asked.incrementAndGet();
      try {
        answers.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
