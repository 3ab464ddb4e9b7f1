package dev.sluice.providers.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hundreds of handshakes at once would share the processor until each of them was too late. */
@Timeout(30)
class HandshakesTest {
  private final CountDownLatch shaken = new CountDownLatch(1);
  private final AtomicInteger underWay = new AtomicInteger();
  private final TlsSocketStrategy slow =
      (socket, target, port, attachment, context) -> {
        underWay.incrementAndGet();
        awaitEnd();
        underWay.decrementAndGet();
        return (SSLSocket) SSLSocketFactory.getDefault().createSocket();
      };

  private void awaitEnd() throws IOException {
    try {
      shaken.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void soManyAreUnderWayAndTheOthersWait() throws Exception {
    Handshakes handshakes = new Handshakes(slow, Duration.ofSeconds(20));
    try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SSLSocket>> all = begin(handshakes, calls, 200);
      await().until(() -> underWay.get() == Handshakes.AT_ONCE);
      assertThat(all).noneMatch(Future::isDone);

      shaken.countDown();
      for (Future<SSLSocket> one : all) {
        assertThat(one.get()).isNotNull();
      }
    }
  }

  @Test
  void whoCannotBeginInTimeHasNoConnection() throws Exception {
    Handshakes handshakes = new Handshakes(slow, Duration.ofMillis(1));
    try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      begin(handshakes, calls, Handshakes.AT_ONCE);
      await().until(() -> underWay.get() == Handshakes.AT_ONCE);

      assertThatThrownBy(() -> handshakes.upgrade(new Socket(), "provider", 443, null, null))
          .isInstanceOf(ConnectTimeoutException.class)
          .hasMessageContaining("provider");
      shaken.countDown();
    }
  }

  private static List<Future<SSLSocket>> begin(
      Handshakes handshakes, ExecutorService calls, int count) {
    List<Future<SSLSocket>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(calls.submit(() -> handshakes.upgrade(new Socket(), "provider", 443, null, null)));
    }
    return all;
  }
}
