package dev.sluice.console.sender;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.ProblemException;
import dev.sluice.providers.whatsapp.MessageTemplates;
import dev.sluice.providers.whatsapp.TemplateFit;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.StatusReasons;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The accounts' templates as the provider lists them, kept for a minute. */
public final class Templates implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Templates.class);
  private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

  /**
   * How long a stop in a list is taken for the one in the list before. Later it may be another one:
   * the provider stops a template for hours.
   */
  private static final Duration REPEATED = Duration.ofHours(1);

  /** How long a command that makes a campaign send waits for the list. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** Accounts whose templates are kept. */
  private static final int ACCOUNTS = 8;

  /** Whether a template is paused or disabled is known by its state. */
  private static final Set<String> KNOWN_OTHERWISE = Set.of("APPROVED", "PAUSED", "DISABLED");

  private final Optional<MessageTemplates> provider;
  private final Bulkhead places =
      new Bulkhead(4, Duration.ofSeconds(3), "Templates are being read already; try again later.");

  /**
   * The accounts whose templates are being read. Whoever wants them meanwhile waits for the same
   * read, so that those who wait for a slow account take one place.
   */
  private final ConcurrentMap<String, Future<List<Map<String, @Nullable Object>>>> reads =
      new ConcurrentHashMap<>();

  private final Map<String, Kept> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > ACCOUNTS;
        }
      };

  private final TemplateStates states;
  private final InstantSource clock;

  public Templates(Optional<WhatsAppConfig> whatsApp, TemplateStates states) {
    this(whatsApp, states, InstantSource.system());
  }

  Templates(Optional<WhatsAppConfig> whatsApp, TemplateStates states, InstantSource clock) {
    provider = whatsApp.map(MessageTemplates::new);
    this.states = states;
    this.clock = clock;
  }

  /** An account's list, and the stopped templates in it. */
  private record Kept(
      List<Map<String, @Nullable Object>> templates,
      List<TemplateStates.State> stops,
      Instant at,
      long atNanos) {}

  /**
   * Returns an account's templates.
   *
   * @param refresh whether to ask the provider although they are known
   * @throws ProblemException if the provider cannot be asked, or does not respond with them
   */
  List<Map<String, @Nullable Object>> of(String account, boolean refresh) {
    MessageTemplates asked =
        provider.orElseThrow(() ->
            ProblemException.notImplemented(
                "The console has no access token to read templates with; set"
                    + " WHATSAPP_ACCESS_TOKEN for it."));
    return Bulkhead.answer(list(asked, account, refresh));
  }

  private Future<List<Map<String, @Nullable Object>>> list(
      MessageTemplates asked, String account, boolean refresh) {
    Kept known = find(account);
    if (!refresh && known != null && System.nanoTime() - known.atNanos() < KEPT_NANOS) {
      return CompletableFuture.completedFuture(known.templates());
    }
    return reads.computeIfAbsent(account, key -> start(asked, key));
  }

  private Future<List<Map<String, @Nullable Object>>> start(
      MessageTemplates asked, String account) {
    FutureTask<List<Map<String, @Nullable Object>>> read =
        new FutureTask<>(() -> {
          try {
            return places.run(() -> readAndLearn(asked, account));
          } finally {
            reads.remove(account);
          }
        });
    Thread.ofVirtual().name("templates").start(read);
    return read;
  }

  private List<Map<String, @Nullable Object>> readAndLearn(MessageTemplates asked, String account) {
    Instant now = clock.instant();
    List<Map<String, @Nullable Object>> read = read(asked, account);
    List<TemplateStates.State> stops = stops(account, read, now);
    keep(account, new Kept(read, stops, now, System.nanoTime()));
    learn(account, read, stops, now);
    return read;
  }

  /** Asks the provider which templates may be used by now, if it can be asked. */
  void lookAgain(String account) {
    listed(account, true);
  }

  /** Does so for a template, unless the provider was asked within the last minute. */
  void refreshIfOld(TemplateStates.Used used) {
    String account = used.account();
    if (account != null) {
      listed(account, false);
    }
  }

  /** Returns an account's templates; empty if the provider cannot be asked, or is slow. */
  private Optional<List<Map<String, @Nullable Object>>> listed(String account, boolean refresh) {
    if (provider.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          list(provider.get(), account, refresh).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      log.info("cannot check whether templates may be used: {}", Reasons.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  /**
   * Returns why the provider would refuse messages with this template, in words; nothing if it
   * would not, or if this console cannot ask for this sender. Empty if the provider did not
   * respond.
   */
  Optional<List<String>> misfits(TemplateStates.Used used) {
    String account = used.account();
    if (account == null || provider.isEmpty()) {
      return Optional.of(List.of());
    }
    Optional<List<String>> misfits = misfits(used, account, false);
    return misfits.filter(found -> !found.isEmpty()).isEmpty()
        ? misfits
        // It may have been approved or changed since the list was read.
        : misfits(used, account, true).or(() -> misfits);
  }

  private Optional<List<String>> misfits(
      TemplateStates.Used used, String account, boolean refresh) {
    return listed(account, refresh).map(list -> misfits(used.template(), list));
  }

  /** Returns a template's category in lower case, if the account's list can be read and has it. */
  Optional<String> category(String account, JsonNode template) {
    return listed(account, false)
        .flatMap(list -> find(list, template))
        .map(one -> one.get("category"))
        .map(category -> category.toString().toLowerCase(Locale.ROOT));
  }

  private static Optional<Map<String, @Nullable Object>> find(
      List<Map<String, @Nullable Object>> listed, JsonNode template) {
    String name = template.path("name").asString("");
    String language = template.at("/language/code").asString("");
    return listed.stream()
        .filter(one -> name.equals(one.get("name")) && isSame(language, one.get("language")))
        .findFirst();
  }

  /** The provider's events write {@code en-US} for what is {@code en_US} elsewhere. */
  private static boolean isSame(String language, @Nullable Object listed) {
    return language.replace('-', '_').equalsIgnoreCase(String.valueOf(listed).replace('-', '_'));
  }

  private static List<String> misfits(
      JsonNode template, List<Map<String, @Nullable Object>> listed) {
    String name = template.path("name").asString("");
    String language = template.at("/language/code").asString("");
    if (name.contains("{{") || language.contains("{{")) {
      // Each recipient's own.
      return List.of();
    }
    return find(listed, template)
        .map(one -> misfits(one, template.path("components")))
        .orElseGet(() ->
            listed.size() >= MessageTemplates.MOST
                // It may be one of those that were not read.
                ? List.of()
                : List.of("the account has no template " + name + " in the language " + language));
  }

  private static List<String> misfits(Map<String, @Nullable Object> listed, JsonNode components) {
    Object status = listed.get("status");
    if (status != null && !KNOWN_OTHERWISE.contains(status(listed))) {
      return List.of("the template is not approved (" + status + ")");
    }
    return listed.get("components") instanceof JsonNode known
        ? TemplateFit.misfits(known, String.valueOf(listed.get("parameterFormat")), components)
        : List.of();
  }

  /**
   * Returns the stopped templates of a list. A stop counts from the first list that tells it: what
   * is only repeated must not overrule a person who has allowed the template since. If nobody has
   * read the list for long, the stop may be another one, and counts from now.
   */
  private List<TemplateStates.State> stops(
      String account, List<Map<String, @Nullable Object>> read, Instant now) {
    Kept before = find(account);
    List<TemplateStates.State> known =
        before == null || before.at().plus(REPEATED).isBefore(now) ? List.of() : before.stops();
    return read.stream()
        .filter(template -> Set.of("PAUSED", "DISABLED").contains(status(template)))
        .map(template -> stop(account, template, now))
        .map(stop ->
            known.stream()
                .filter(one -> Objects.equals(one.stopped(), stop.stopped()))
                .findFirst()
                .orElse(stop))
        .toList();
  }

  private static TemplateStates.State stop(
      String account, Map<String, @Nullable Object> template, Instant at) {
    String name = String.valueOf(template.get("name"));
    String language = String.valueOf(template.get("language"));
    String reason = StatusReasons.stoppedTemplate(status(template), name, language);
    return new TemplateStates.State(account, name, language, reason, at);
  }

  private static String status(Map<String, @Nullable Object> template) {
    return String.valueOf(template.get("status")).toUpperCase(Locale.ROOT);
  }

  /**
   * Stores which templates are stopped, and which may be used again. A failure does not keep the
   * list from its reader.
   */
  private void learn(
      String account,
      List<Map<String, @Nullable Object>> read,
      List<TemplateStates.State> stops,
      Instant at) {
    try {
      Set<String> stopped = states.stoppedNames();
      Stream<TemplateStates.State> approved =
          read.stream()
              .filter(template -> status(template).equals("APPROVED"))
              .filter(template -> stopped.contains(String.valueOf(template.get("name"))))
              .map(template ->
                  new TemplateStates.State(
                      account,
                      String.valueOf(template.get("name")),
                      String.valueOf(template.get("language")),
                      null,
                      at));
      states.learn(Stream.concat(stops.stream(), approved).toList());
    } catch (DataAccessException e) {
      log.info("cannot store the states of the listed templates: {}", Database.reason(e));
    }
  }

  private synchronized @Nullable Kept find(String account) {
    return kept.get(account);
  }

  private synchronized void keep(String account, Kept read) {
    kept.remove(account);
    kept.put(account, read);
  }

  private static List<Map<String, @Nullable Object>> read(
      MessageTemplates provider, String account) {
    try {
      return provider.of(account).stream().map(Templates::view).toList();
    } catch (IOException e) {
      throw ProblemException.badGateway(
          "WhatsApp did not return the templates: " + Reasons.of(e) + ".");
    }
  }

  private static Map<String, @Nullable Object> view(JsonNode template) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", text(template.path("id")));
    view.put("name", text(template.path("name")));
    view.put("language", text(template.path("language")));
    view.put("category", text(template.path("category")));
    view.put("status", text(template.path("status")));
    view.put("parameterFormat", text(template.path("parameter_format")));
    view.put("quality", text(template.at("/quality_score/score")));
    JsonNode components = template.path("components");
    view.put("components", components.isArray() ? components : List.of());
    return view;
  }

  private static @Nullable String text(JsonNode value) {
    return value.isValueNode() && !value.isNull() ? value.asString() : null;
  }

  @Override
  public void close() {
    provider.ifPresent(MessageTemplates::close);
  }
}
