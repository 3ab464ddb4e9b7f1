package dev.sluice.local;

import io.github.bucket4j.Bucket;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
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
  private final Map<String, Bucket> limits = new ConcurrentHashMap<>();
  private final Accepted accepted = new Accepted();
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
    routes.get("/simulator/report", context -> Answers.json(context, 200, report()));
    routes.get(
        "/simulator/accepted", context -> Answers.json(context, 200, accepted.perRecipient()));
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
      Answers.refuse(context, 401, 190, "Invalid OAuth access token.");
      return;
    }
    JsonNode body = Answers.body(context);
    if (body == null
        || !body.path("messaging_product").asString("").equals("whatsapp")
        || !body.path("to").isString()
        || !body.path("type").isString()) {
      Answers.refuse(
          context, 400, 100, "Invalid parameter: messaging_product, to and type are required");
      return;
    }
    String to = body.path("to").asString();
    Refusal refusal = refusals.stream().filter(some -> some.concerns(to)).findFirst().orElse(null);
    if (refusal != null && !refusal.receipt()) {
      errors.increment();
      int code = refusal.code();
      Answers.refuse(context, refusal.status(), code, "(#" + code + ") simulated");
      return;
    }
    String number = context.pathParam("number");
    if (!limits.computeIfAbsent(number, id -> limit(config.ratePerSecond())).tryConsume(1)) {
      throttled.increment();
      Answers.refuse(context, 429, 130429, "(#130429) Rate limit hit");
      return;
    }
    if (config.pairLimit() && !pairs.admit(to, System.nanoTime())) {
      throttled.increment();
      Answers.refuse(context, 400, 131056, "(#131056) Pair rate limit hit");
      return;
    }
    Dice dice = roll();
    if (dice.error()) {
      errors.increment();
      Thread.sleep(dice.latency());
      Answers.refuse(context, 500, 131000, "(#131000) Something went wrong");
      return;
    }
    String recipient = body.path("biz_opaque_callback_data").asString(to);
    accepted.add(number, recipient);
    String id = messageIds.next(Answers.digits(to));
    report(id, to, recipient, refusal);
    if (dice.hang()) {
      hung.increment();
      Thread.sleep(config.hang());
      context.status(504);
      return;
    }
    Thread.sleep(dice.latency());
    Answers.accept(context, id, to, messageStatus(body));
  }

  private static Bucket limit(double ratePerSecond) {
    long capacity = Math.max(1, Math.round(ratePerSecond));
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, Duration.ofSeconds(1)))
        .withNanosecondPrecision()
        .build();
  }

  private void report(String id, String to, String callbackData, @Nullable Refusal refusal) {
    Receipts reporting = receipts;
    if (reporting == null) {
      return;
    }
    if (refusal == null) {
      reporting.accepted(id, Answers.digits(to), callbackData);
    } else {
      reporting.failed(id, Answers.digits(to), callbackData, refusal.code());
    }
  }

  /** Only templates are told what becomes of them. */
  private @Nullable String messageStatus(JsonNode body) {
    if (!body.path("type").asString().equals("template")) {
      return null;
    }
    return heldForQuality ? "held_for_quality_assessment" : "accepted";
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
    AcceptanceLog.Summary all = accepted.summary();
    return new SimulatorReport(
        all.accepted(),
        all.duplicates(),
        throttled.sum(),
        errors.sum(),
        hung.sum(),
        receipts == null ? 0 : receipts.acknowledged(),
        all.maxInOneSecond(),
        all.firstAt(),
        all.lastAt());
  }

  /** The truth about what it accepted. */
  public Accepted accepted() {
    return accepted;
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
    limits.clear();
    accepted.clear();
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
}
