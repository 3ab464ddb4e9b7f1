package dev.sluice.local;

import dev.sluice.schema.Json;
import io.github.bucket4j.Bucket;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A WhatsApp Cloud API on this machine: {@code POST /{version}/{phone-number-id}/messages} over
 * real HTTP, with a rate limit per number, latency and trouble on request. It keeps the truth about
 * what was accepted, which {@code GET /simulator/report} and {@code GET /simulator/accepted} tell.
 */
public final class WhatsAppSimulator implements AutoCloseable {
  private final SimulatorConfig config;
  private final Javalin server;
  private ServerConnector connector;
  private final Map<String, PhoneNumber> numbers = new ConcurrentHashMap<>();
  private final LongAdder throttled = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder hung = new LongAdder();
  private final MessageIds messageIds = new MessageIds();
  private final PairLimit pairs = new PairLimit();
  private final Random random;
  private final @Nullable Receipts receipts;

  /** What can be changed while it runs. */
  private volatile @Nullable String accessToken;

  private volatile List<Refusal> refusals;
  private volatile double errorShare;
  private volatile boolean heldForQuality;

  /** Starts listening. */
  public WhatsAppSimulator(SimulatorConfig config) {
    this.config = config;
    random = new Random(config.seed());
    accessToken = config.accessToken();
    refusals = config.refusals();
    errorShare = config.errorShare();
    ReceiptConfig reporting = config.receipts();
    receipts = reporting == null ? null : new Receipts(reporting, config.seed());
    server =
        Javalin.create(settings -> {
          settings.startup.showJavalinBanner = false;
          settings.concurrency.useVirtualThreads = true;
          settings.http.maxRequestSize = 1_000_000;
          settings.jetty.addConnector((jetty, http) -> {
            connector = connector(config, jetty, new HttpConnectionFactory(http));
            return connector;
          });
          route(settings.routes);
        });
    server.start();
  }

  private static ServerConnector connector(
      SimulatorConfig config, Server jetty, HttpConnectionFactory http) {
    ServerConnector connector = new ServerConnector(jetty, http);
    connector.setHost(config.loopbackOnly() ? "localhost" : "0.0.0.0");
    connector.setPort(config.port());
    // A worker opens hundreds of connections within a moment.
    connector.setAcceptQueueSize(4096);
    connector.setIdleTimeout(Duration.ofMinutes(2).toMillis());
    return connector;
  }

  private void route(RoutesConfig routes) {
    routes.post("/{version}/{number}/messages", this::send);
    routes.get("/simulator/report", context -> json(context, 200, report()));
    routes.get("/simulator/accepted", context -> json(context, 200, acceptedPerRecipient()));
    new SimulatorControls(this).add(routes);
  }

  /** A user writes to the business: the webhook is called. */
  public void inbound(String from, String text) throws InterruptedException {
    Receipts reporting = receipts;
    if (reporting == null) {
      throw new IllegalStateException("no webhook was configured");
    }
    String digits = from.replaceAll("[^0-9]", "");
    reporting.deliver(
        Map.of(
            "messages",
            List.of(
                Map.of(
                    "from",
                    digits,
                    "id",
                    messageIds.next(digits),
                    "timestamp",
                    Long.toString(Instant.now().getEpochSecond()),
                    "type",
                    "text",
                    "text",
                    Map.of("body", text)))),
        1);
  }

  /** Makes this the only good bearer token; null lets any pass. */
  public void setAccessToken(@Nullable String newToken) {
    accessToken = newToken;
  }

  /** Refuses messages to these numbers from now on. */
  public void setRefusals(List<Refusal> newRefusals) {
    refusals = List.copyOf(newRefusals);
  }

  /** Holds templates for a quality assessment from now on, as Meta's pacing does, or no more. */
  public void setHeldForQuality(boolean held) {
    heldForQuality = held;
  }

  /** Answers this share of messages with HTTP 500 from now on. */
  public void setErrorShare(double share) {
    errorShare = share;
  }

  private void send(Context context) throws InterruptedException {
    String authorization = context.header("Authorization");
    String good = accessToken;
    if (authorization == null
        || !authorization.startsWith("Bearer ")
        || (good != null && !authorization.equals("Bearer " + good))) {
      refuse(context, 401, 190, "OAuthException", "Invalid OAuth access token.");
      return;
    }
    JsonNode body = body(context);
    if (body == null
        || !body.path("messaging_product").asString("").equals("whatsapp")
        || !body.path("to").isString()
        || !body.path("type").isString()) {
      refuse(
          context,
          400,
          100,
          "OAuthException",
          "Invalid parameter: messaging_product, to and type are required");
      return;
    }
    String to = body.path("to").asString();
    Refusal refusal = refusals.stream().filter(some -> some.concerns(to)).findFirst().orElse(null);
    if (refusal != null && !refusal.receipt()) {
      errors.increment();
      int code = refusal.code();
      refuse(context, refusal.status(), code, "OAuthException", "(#" + code + ") simulated");
      return;
    }
    PhoneNumber number =
        numbers.computeIfAbsent(context.pathParam("number"), id -> new PhoneNumber(config));
    if (!number.bucket.tryConsume(1)) {
      throttled.increment();
      refuse(context, 429, 130429, "OAuthException", "(#130429) Rate limit hit");
      return;
    }
    if (config.pairLimit() && !pairs.admit(to, System.nanoTime())) {
      throttled.increment();
      refuse(context, 400, 131056, "OAuthException", "(#131056) Pair rate limit hit");
      return;
    }
    Dice dice = roll();
    if (dice.error()) {
      errors.increment();
      Thread.sleep(dice.latency());
      refuse(context, 500, 131000, "OAuthException", "(#131000) Something went wrong");
      return;
    }
    String recipient = body.path("biz_opaque_callback_data").asString(to);
    number.log.accept(recipient, System.nanoTime(), Instant.now());
    String id = messageIds.next(digits(to));
    report(id, to, recipient, refusal);
    if (dice.hang()) {
      hung.increment();
      Thread.sleep(config.hang());
      context.status(504);
      return;
    }
    Thread.sleep(dice.latency());
    accept(context, id, to, body.path("type").asString());
  }

  private void report(String id, String to, String callbackData, @Nullable Refusal refusal) {
    Receipts reporting = receipts;
    if (reporting == null) {
      return;
    }
    if (refusal == null) {
      reporting.accepted(id, digits(to), callbackData);
    } else {
      reporting.failed(id, digits(to), callbackData, refusal.code());
    }
  }

  /** Without a plus Meta puts the sender's own country code in front: another person. */
  private static String digits(String to) {
    String digits = to.replaceAll("[^0-9]", "");
    return to.startsWith("+") ? digits : "1" + digits;
  }

  private void accept(Context context, String id, String to, String type) {
    String digits = digits(to);
    Map<String, Object> message = new HashMap<>();
    message.put("id", id);
    if (type.equals("template")) {
      message.put("message_status", heldForQuality ? "held_for_quality_assessment" : "accepted");
    }
    json(
        context,
        200,
        Map.of(
            "messaging_product",
            "whatsapp",
            "contacts",
            List.of(Map.of("input", to, "wa_id", digits)),
            "messages",
            List.of(message)));
  }

  static @Nullable JsonNode body(Context context) {
    try {
      return Json.MAPPER.readTree(context.bodyAsBytes());
    } catch (JacksonException e) {
      return null;
    }
  }

  private static void refuse(Context context, int status, int code, String type, String message) {
    json(
        context,
        status,
        Map.of(
            "error",
            Map.of(
                "message",
                message,
                "type",
                type,
                "code",
                code,
                "error_data",
                Map.of("messaging_product", "whatsapp", "details", message),
                "fbtrace_id",
                "simulated")));
  }

  static void json(Context context, int status, Object body) {
    context.status(status).contentType("application/json").result(Json.write(body));
  }

  private Dice roll() {
    synchronized (random) {
      // Log-normal, as latencies are; 2.326 standard deviations lie below the 99th of a hundred.
      double median = config.medianLatency().toNanos();
      double slow = config.slowLatency().toNanos();
      double spread = Math.log(slow / median) / 2.326;
      double latency = Math.min(median * Math.exp(spread * random.nextGaussian()), slow);
      double share = random.nextDouble();
      boolean error = share < errorShare;
      boolean hang = !error && share < errorShare + config.hangShare();
      return new Dice(Duration.ofNanos((long) latency), error, hang);
    }
  }

  /** What was seen so far. */
  public SimulatorReport report() {
    List<AcceptanceLog.Summary> all =
        numbers.values().stream().map(number -> number.log.summary()).toList();
    return new SimulatorReport(
        all.stream().mapToLong(AcceptanceLog.Summary::accepted).sum(),
        all.stream().mapToLong(AcceptanceLog.Summary::duplicates).sum(),
        throttled.sum(),
        errors.sum(),
        hung.sum(),
        receipts == null ? 0 : receipts.acknowledged(),
        all.stream().mapToInt(AcceptanceLog.Summary::maxInOneSecond).max().orElse(0),
        all.stream()
            .map(AcceptanceLog.Summary::firstAt)
            .filter(at -> at != null)
            .min(Instant::compareTo)
            .orElse(null),
        all.stream()
            .map(AcceptanceLog.Summary::lastAt)
            .filter(at -> at != null)
            .max(Instant::compareTo)
            .orElse(null));
  }

  /** Messages accepted so far; cheap enough to ask often. */
  public long accepted() {
    return numbers.values().stream().mapToLong(number -> number.log.size()).sum();
  }

  /** Messages accepted so far from one number. */
  public long accepted(String numberId) {
    PhoneNumber number = numbers.get(numberId);
    return number == null ? 0 : number.log.size();
  }

  /** Messages accepted so far whose callback data begins so. */
  public long acceptedOf(String callbackDataPrefix) {
    return numbers.values().stream()
        .mapToLong(number -> number.log.acceptedOf(callbackDataPrefix))
        .sum();
  }

  /** Messages accepted in the last moments. */
  public int acceptedWithin(Duration time) {
    long now = System.nanoTime();
    return numbers.values().stream()
        .mapToInt(number -> number.log.since(now - time.toNanos()))
        .sum();
  }

  /** When the given number's last message was accepted; it must have one. */
  public Instant lastAcceptedAt(String numberId) {
    return Objects.requireNonNull(
        Objects.requireNonNull(numbers.get(numberId)).log.summary().lastAt());
  }

  /** Whether the given number has sent nothing for so long. */
  public boolean idleFor(String numberId, Duration time) {
    PhoneNumber number = numbers.get(numberId);
    return number == null || number.log.since(System.nanoTime() - time.toNanos()) == 0;
  }

  /** How often each recipient was accepted, by callback data ({@code campaign:recipient:round}). */
  public Map<String, Integer> acceptedPerRecipient() {
    Map<String, Integer> all = new HashMap<>();
    numbers
        .values()
        .forEach(number ->
            number
                .log
                .perRecipient()
                .forEach((recipient, count) -> all.merge(recipient, count, Integer::sum)));
    return all;
  }

  /** The most that the given number sent in any sliding second. */
  public int maxInOneSecond(String numberId) {
    PhoneNumber number = numbers.get(numberId);
    return number == null ? 0 : number.log.summary().maxInOneSecond();
  }

  /** The most that one number sent in any sliding time of this length. */
  public int maxIn(Duration time) {
    return numbers.values().stream()
        .mapToInt(number -> number.log.maxIn(time.toNanos()))
        .max()
        .orElse(0);
  }

  /** The most that the given number sent in any sliding time of this length. */
  public int maxIn(String numberId, Duration time) {
    PhoneNumber number = numbers.get(numberId);
    return number == null ? 0 : number.log.maxIn(time.toNanos());
  }

  /** The most that one number sent in any sliding second, among its messages of these numbers. */
  public int maxInOneSecond(int from, int to) {
    return numbers.values().stream()
        .mapToInt(number -> number.log.maxIn(Duration.ofSeconds(1).toNanos(), from, to))
        .max()
        .orElse(0);
  }

  /** The longest time in which the given number sent nothing, after so many messages. */
  public Duration longestPause(String numberId, int from) {
    PhoneNumber number = numbers.get(numberId);
    return Duration.ofNanos(number == null ? 0 : number.log.longestPause(from));
  }

  /** Closes its connections and refuses new ones, until it comes back. */
  public void goAway() {
    int port = port();
    try {
      connector.stop();
      connector.setPort(port);
    } catch (Exception e) {
      throw new IllegalStateException("the simulator does not stop listening", e);
    }
  }

  /** Listens again, on the same port. */
  public void comeBack() {
    try {
      connector.start();
    } catch (Exception e) {
      throw new IllegalStateException("the simulator does not listen again", e);
    }
  }

  /** Forgets what was seen; limits start afresh. */
  public void reset() {
    numbers.clear();
    throttled.reset();
    errors.reset();
    hung.reset();
  }

  /** Where it listens. */
  public int port() {
    return server.port();
  }

  /** Its base URL, in the place of the provider's. */
  public String url() {
    return "http://localhost:" + port();
  }

  @Override
  public void close() {
    if (receipts != null) {
      receipts.close();
    }
    server.stop();
  }

  private record Dice(Duration latency, boolean error, boolean hang) {}

  /** One phone number: its own limit and its own truth. */
  private static final class PhoneNumber {
    private final Bucket bucket;
    private final AcceptanceLog log = new AcceptanceLog();

    private PhoneNumber(SimulatorConfig config) {
      long capacity = Math.max(1, Math.round(config.ratePerSecond()));
      bucket =
          Bucket.builder()
              .addLimit(
                  limit -> limit.capacity(capacity).refillGreedy(capacity, Duration.ofSeconds(1)))
              .withNanosecondPrecision()
              .build();
    }
  }
}
