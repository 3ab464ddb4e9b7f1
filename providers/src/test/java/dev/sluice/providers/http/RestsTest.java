package dev.sluice.providers.http;

import static dev.sluice.providers.http.ProviderFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests connections that become too old while a message waits for its permit. */
@Timeout(30)
class RestsTest {
  /** It is still open, but may be closed at any moment. */
  @Test
  void aConnectionThatRestsForTooLongDuringThePermitsWaitIsNotWrittenTo() throws IOException {
    try (RawServer server =
            new RawServer(connection -> {
              for (int i = 0; i < 2; i++) {
                connection.readRequest();
                connection.acceptAndKeep(Duration.ofSeconds(2));
              }
            });
        WhatsAppProvider provider = ProviderFixture.whatsApp(server.url())) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);

      assertThat(provider.send(message("c:2:1"), () -> Waiting.pass(Duration.ofMillis(1_100))))
          .isInstanceOf(SendOutcome.Accepted.class);

      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  /** The provider is at fault, not the message, and a late message would not be at its rate. */
  @Test
  void aMessageWhoseNextConnectionDoesNotOpenSoonHasLostItsPermit() throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer server =
            new RawServer(
                true,
                connection -> {
                  if (connection.number() == 1) {
                    connection.open();
                  } else {
                    over.await();
                  }
                });
        WhatsAppProvider provider = ProviderFixture.trusting(server.url())) {
      assertThat(provider.send(message("c:1:1"), () -> Waiting.pass(Duration.ofMillis(200))))
          .isInstanceOfSatisfying(
              SendOutcome.Disconnected.class,
              lost -> assertThat(lost.detail()).contains("closed while it waited"));
      assertThat(server.connections()).isEqualTo(2);
    } finally {
      over.countDown();
    }
  }
}
