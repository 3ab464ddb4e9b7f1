package dev.sluice.console.sender;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

class TemplateReadsTest {
  /** A start is let through without its check if the list does not come in time. */
  @Test
  void thoseWhoWaitForASlowAccountDoNotKeepOthersFromTheirs() throws Exception {
    try (Accounts accounts = new Accounts();
        Templates templates =
            new Templates(
                Optional.of(WhatsAppConfig.of(accounts.url(), "v26.0", "good")),
                new TemplateStates(DSL.using(SQLDialect.POSTGRES)))) {
      List<Thread> waiting =
          Stream.generate(() -> Thread.startVirtualThread(() -> templates.of("slow", true)))
              .limit(4)
              .toList();
      Awaitility.await()
          .until(() ->
              accounts.asked("slow") > 0 && waiting.stream().allMatch(TemplateReadsTest::waits));

      assertThat(templates.of("quick", true)).isEmpty();
      accounts.release();
      for (Thread thread : waiting) {
        thread.join();
      }
      assertThat(accounts.asked("slow")).isEqualTo(1);
      templates.of("slow", true);
      assertThat(accounts.asked("slow")).isEqualTo(2);
    }
  }

  private static boolean waits(Thread thread) {
    return EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING).contains(thread.getState());
  }

  /** A provider of empty lists, of which that of the account {@code slow} is held. */
  private static final class Accounts implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<String> asked = new CopyOnWriteArrayList<>();

    Accounts() throws IOException {
      server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
      server.setExecutor(threads);
      server.createContext("/", this::answer);
      server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
      String account = exchange.getRequestURI().getPath().split("/", -1)[2];
      asked.add(account);
      if (account.equals("slow")) {
        try {
          released.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      byte[] list = "{\"data\":[]}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, list.length);
      exchange.getResponseBody().write(list);
      exchange.close();
    }

    String url() {
      return "http://localhost:" + server.getAddress().getPort();
    }

    int asked(String account) {
      return Collections.frequency(asked, account);
    }

    void release() {
      released.countDown();
    }

    @Override
    public void close() {
      release();
      server.stop(0);
      threads.close();
    }
  }
}
