package dev.sluice.local;

import io.github.bucket4j.Bucket;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code POST /{version}/{phone-number-id}/messages}: accepts or refuses messages. */
final class Messages implements AutoCloseable {
  private final SimulatorConfig config;
  private final Behaviour behaviour;
  private final MessageIds messageIds;
  private final @Nullable ReceiptSender receipts;
  private final Fate fate;
  private final TroubledAnswers troubledAnswers;
  private final PairLimit pairs = new PairLimit();
  private final Map<String, Bucket> limits = new ConcurrentHashMap<>();
  private final AcceptedMessages accepted = new AcceptedMessages();
  private final WrittenMessages written = new WrittenMessages();
  private final LongAdder throttled = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder hung = new LongAdder();
  private final LongAdder troubled = new LongAdder();

  Messages(
      SimulatorConfig config,
      Behaviour behaviour,
      MessageIds messageIds,
      @Nullable ReceiptSender receipts) {
    this.config = config;
    this.behaviour = behaviour;
    this.messageIds = messageIds;
    this.receipts = receipts;
    fate = new Fate(config);
    troubledAnswers = new TroubledAnswers(config.hang());
  }

  void send(Context context) throws Exception {
    String number = context.pathParam("number");
    written.add(number, context.header(WrittenMessages.HEADER));
    if (!behaviour.admits(context.header("Authorization"))) {
      GraphResponses.refuse(context, 401, 190, "Invalid OAuth access token.");
      return;
    }
    JsonNode body = GraphResponses.body(context);
    if (body == null
        || !body.path("messaging_product").asString("").equals("whatsapp")
        || !body.path("to").isString()
        || !body.path("type").isString()) {
      GraphResponses.refuse(
          context, 400, 100, "Invalid parameter: messaging_product, to and type are required");
      return;
    }
    String to = body.path("to").asString();
    Optional<Refusal> refusal = behaviour.refusal(to);
    if (refusal.isPresent() && !refusal.get().receipt()) {
      errors.increment();
      int code = refusal.get().code();
      GraphResponses.refuse(context, refusal.get().status(), code, "(#" + code + ") simulated");
      return;
    }
    if (!limits.computeIfAbsent(number, _ -> limit(config.ratePerSecond())).tryConsume(1)) {
      throttled.increment();
      GraphResponses.refuse(context, 429, 130429, "(#130429) Rate limit hit");
      return;
    }
    if (config.pairLimit() && !pairs.admit(to, System.nanoTime())) {
      throttled.increment();
      GraphResponses.refuse(context, 400, 131056, "(#131056) Pair rate limit hit");
      return;
    }
    Fate.Lot lot = fate.draw(behaviour.errorShare());
    if (lot.error()) {
      errors.increment();
      Thread.sleep(lot.latency());
      GraphResponses.refuse(context, 500, 131000, "(#131000) Something went wrong");
      return;
    }
    String recipient = body.path("biz_opaque_callback_data").asString(to);
    accepted.add(number, recipient);
    String id = messageIds.next(GraphResponses.digits(to));
    report(id, to, recipient, refusal);
    if (lot.hang()) {
      hung.increment();
      troubledAnswers.give(Trouble.Mode.SILENCE, context, id, to);
      return;
    }
    Thread.sleep(lot.latency());
    Optional<Trouble.Mode> trouble = behaviour.trouble(number);
    if (trouble.isPresent()) {
      troubled.increment();
      troubledAnswers.give(trouble.get(), context, id, to);
      return;
    }
    GraphResponses.accept(context, id, to, behaviour.messageStatus(body.path("type").asString()));
  }

  private static Bucket limit(double ratePerSecond) {
    long capacity = Math.max(1, Math.round(ratePerSecond));
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, Duration.ofSeconds(1)))
        .withNanosecondPrecision()
        .build();
  }

  private void report(String id, String to, String callbackData, Optional<Refusal> refusal) {
    ReceiptSender reporting = receipts;
    if (reporting == null) {
      return;
    }
    refusal.ifPresentOrElse(
        some -> reporting.failed(id, GraphResponses.digits(to), callbackData, some.code()),
        () -> reporting.accepted(id, GraphResponses.digits(to), callbackData));
  }

  SimulatorReport report() {
    AcceptanceLog.Summary all = accepted.summary();
    return new SimulatorReport(
        all.accepted(),
        all.duplicates(),
        throttled.sum(),
        errors.sum(),
        hung.sum(),
        troubled.sum(),
        receipts == null ? 0 : receipts.acknowledged(),
        all.maxInOneSecond(),
        all.firstAt(),
        all.lastAt());
  }

  AcceptedMessages accepted() {
    return accepted;
  }

  WrittenMessages written() {
    return written;
  }

  void reset() {
    limits.clear();
    accepted.clear();
    written.clear();
    throttled.reset();
    errors.reset();
    hung.reset();
    troubled.reset();
  }

  /** Releases connections that are held without an answer. */
  @Override
  public void close() {
    troubledAnswers.stop();
  }
}
