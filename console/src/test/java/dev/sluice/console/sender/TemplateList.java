package dev.sluice.console.sender;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A provider that lists what a test says, account by account, and may be slow to. */
final class TemplateList implements AutoCloseable {
  private final Map<String, String> lists = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final Set<String> asked = ConcurrentHashMap.newKeySet();
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();
  private final HttpServer server;

  TemplateList() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          String account = exchange.getRequestURI().getPath().split("/", -1)[2];
          asked.add(account);
          await(held.get(account));
          byte[] answer =
              "{\"data\":[%s]}"
                  .formatted(lists.getOrDefault(account, ""))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(unreadable.contains(account) ? 500 : 200, answer.length);
          try (var body = exchange.getResponseBody()) {
            body.write(answer);
          }
        });
    server.start();
  }

  private static void await(CountDownLatch latch) {
    try {
      if (latch != null) {
        latch.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  WhatsAppConfig access() {
    return WhatsAppConfig.of(
        "http://localhost:" + server.getAddress().getPort(), "v26.0", "0123456789abcdef");
  }

  /** Lists templates in English, a word and a button each, by their names and statuses. */
  void put(String account, String... templates) {
    lists.put(
        account,
        Arrays.stream(templates)
            .map(one -> one.split(" ", 2))
            .map(one ->
                """
                {"id": "1", "name": "%s", "status": "%s", "language": "en", "category": "MARKETING",
                  "parameter_format": "POSITIONAL",
                  "components": [{"type": "BODY", "text": "Hello"},
                    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes"}]}]}\
                """
                    .formatted(one[0], one[1]))
            .collect(Collectors.joining(",")));
  }

  /** Answers for this account only once the latch is open. */
  void hold(String account, CountDownLatch latch) {
    held.put(account, latch);
  }

  /** Refuses to list this account's templates. */
  void refuse(String account) {
    unreadable.add(account);
  }

  boolean isAsked(String account) {
    return asked.contains(account);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
