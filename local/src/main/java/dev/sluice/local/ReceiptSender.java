package dev.sluice.local;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Sends receipts of accepted messages and replies to them as Meta does: signed, in batches, some of
 * them twice or out of order, and retried until the webhook answers 200.
 */
final class ReceiptSender implements AutoCloseable {
  private static final Duration AGAIN_AFTER = Duration.ofMillis(500);
  private static final Duration COLLECTED_FOR = Duration.ofMillis(50);
  private static final int CALLS_AT_A_TIME = 8;

  private final ReceiptConfig config;
  private final Random random;
  private final DelayQueue<Due> due = new DelayQueue<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Semaphore calls = new Semaphore(CALLS_AT_A_TIME);
  private final LongAdder acknowledged = new LongAdder();
  private final Thread loop;

  /** The receipts held back; their times are relative to the release. */
  private final List<Due> held = new ArrayList<>();

  private double replied;
  private boolean holding;
  private volatile boolean closing;

  /** An item of one of a call's lists, to be reported at a given time. */
  private record Due(long atNanos, String list, Map<String, Object> item) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(atNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  ReceiptSender(ReceiptConfig config, long seed) {
    this.config = config;
    random = new Random(seed);
    replied = config.replied();
    loop = Thread.ofVirtual().name("receipts").start(this::run);
  }

  /** Schedules the receipts of an accepted message: sent, delivered and perhaps read. */
  synchronized void accepted(String messageId, String waId, String callbackData) {
    List<String> course =
        random.nextDouble() < config.read()
            ? List.of("sent", "delivered", "read")
            : List.of("sent", "delivered");
    for (int i = 0; i < course.size(); i++) {
      report(messageId, waId, callbackData, course.get(i), (i + 1.0) / course.size(), List.of());
    }
    // Without replies the course of the messages is the same as ever.
    if (replied > 0 && random.nextDouble() < replied) {
      add(config.delay().toNanos(), "messages", reply(messageId, waId));
    }
  }

  private Map<String, Object> reply(String messageId, String waId) {
    Map<String, Object> reply = new java.util.LinkedHashMap<>();
    reply.put("from", waId);
    reply.put("id", messageId + ".reply");
    reply.put("timestamp", Long.toString(Instant.now().getEpochSecond()));
    reply.put("context", Map.of("id", messageId));
    if (random.nextBoolean()) {
      reply.put("type", "button");
      reply.put("button", Map.of("payload", "MORE", "text", "Tell me more"));
    } else {
      reply.put("type", "text");
      reply.put("text", Map.of("body", "Thanks! Until when is it?"));
    }
    return reply;
  }

  /** Schedules the receipt of an accepted message that fails. */
  synchronized void failed(String messageId, String waId, String callbackData, int code) {
    report(
        messageId,
        waId,
        callbackData,
        "failed",
        1,
        List.of(
            Map.of(
                "code", code, "title", "simulated", "error_data", Map.of("details", "simulated"))));
  }

  /** Has this share of the messages answered that are accepted from now on. */
  synchronized void setReplied(double share) {
    replied = share;
  }

  /** Holds receipts back, or releases those held in the order of their messages. */
  synchronized void hold(boolean newHolding) {
    holding = newHolding;
    if (!holding) {
      long spread = config.delay().toNanos();
      long now = System.nanoTime();
      for (int i = 0; i < held.size(); i++) {
        Due one = held.get(i);
        due.add(
            new Due(now + (one.atNanos() + spread * i / held.size()) / 2, one.list(), one.item()));
      }
      held.clear();
    }
  }

  private void report(
      String messageId,
      String waId,
      String callbackData,
      String status,
      double share,
      List<Object> errors) {
    Map<String, Object> body = new java.util.LinkedHashMap<>();
    body.put("id", messageId);
    body.put("status", status);
    body.put("timestamp", Long.toString(Instant.now().getEpochSecond()));
    body.put("recipient_id", waId);
    body.put("biz_opaque_callback_data", callbackData);
    if (!errors.isEmpty()) {
      body.put("errors", errors);
    }
    double delay = config.shuffled() ? random.nextDouble() : share;
    long after = (long) (config.delay().toNanos() * delay);
    add(after, "statuses", body);
    if (random.nextDouble() < config.duplicates()) {
      add(after + config.delay().toNanos() / 3, "statuses", body);
    }
  }

  private synchronized void add(long afterNanos, String list, Map<String, Object> item) {
    if (holding) {
      held.add(new Due(afterNanos, list, item));
    } else {
      due.add(new Due(System.nanoTime() + afterNanos, list, item));
    }
  }

  private void run() {
    try {
      while (!closing) {
        List<Due> items = new ArrayList<>();
        items.add(due.take());
        long full = System.nanoTime() + COLLECTED_FOR.toNanos();
        while (items.size() < config.batch()) {
          Due next = due.poll(full - System.nanoTime(), TimeUnit.NANOSECONDS);
          if (next == null) {
            break;
          }
          items.add(next);
        }
        if (config.shuffled()) {
          synchronized (this) {
            Collections.shuffle(items, random);
          }
        }
        deliver(lists(items), items.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, Object> lists(List<Due> items) {
    Map<String, Object> lists = new java.util.TreeMap<>();
    items.stream()
        .collect(
            Collectors.groupingBy(Due::list, Collectors.mapping(Due::item, Collectors.toList())))
        .forEach(lists::put);
    return lists;
  }

  /** Calls the webhook with one change of the field {@code messages}. */
  void deliver(Map<String, Object> value, int updates) throws InterruptedException {
    Map<String, Object> whole = new java.util.LinkedHashMap<>();
    whole.put("messaging_product", "whatsapp");
    whole.putAll(value);
    byte[] body =
        Json.write(
            Map.of(
                "object",
                "whatsapp_business_account",
                "entry",
                List.of(
                    Map.of(
                        "id",
                        "102290129340398",
                        "changes",
                        List.of(Map.of("field", "messages", "value", whole))))));
    calls.acquire();
    Thread.ofVirtual()
        .name("receipt")
        .start(() -> {
          try {
            while (!closing && !call(body)) {
              Thread.sleep(AGAIN_AFTER);
            }
            acknowledged.add(updates);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            calls.release();
          }
        });
  }

  private boolean call(byte[] body) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(config.url())
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .header("X-Hub-Signature-256", "sha256=" + signature(body))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private String signature(byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(config.appSecret().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  /** Returns the number of receipts that the webhook has acknowledged. */
  long acknowledged() {
    return acknowledged.sum();
  }

  @Override
  public void close() {
    closing = true;
    loop.interrupt();
    http.shutdownNow();
  }
}
