package dev.sluice.console;

import dev.sluice.providers.whatsapp.MessageTemplates;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.schema.Reasons;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The accounts' templates as the provider has them, kept for a minute. */
final class Templates implements AutoCloseable {
  private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

  /** Accounts whose templates are kept. */
  private static final int ACCOUNTS = 8;

  private final Optional<MessageTemplates> provider;
  private final Bulkhead places =
      new Bulkhead(4, Duration.ofSeconds(3), "Templates are being read already; try again later.");

  private final Map<String, Kept> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > ACCOUNTS;
        }
      };

  Templates(Optional<WhatsAppConfig> whatsApp) {
    provider = whatsApp.map(MessageTemplates::new);
  }

  private record Kept(List<Map<String, @Nullable Object>> templates, long atNanos) {}

  /**
   * An account's templates.
   *
   * @param refresh whether to ask the provider although they are known
   * @throws ProblemException if the provider cannot be asked, or does not tell
   */
  List<Map<String, @Nullable Object>> of(String account, boolean refresh) {
    MessageTemplates asked =
        provider.orElseThrow(() ->
            ProblemException.notImplemented(
                "The console has no access token to read templates with; set"
                    + " WHATSAPP_ACCESS_TOKEN for it."));
    Kept known = find(account);
    if (!refresh && known != null && System.nanoTime() - known.atNanos() < KEPT_NANOS) {
      return known.templates();
    }
    List<Map<String, @Nullable Object>> read = places.run(() -> read(asked, account));
    keep(account, new Kept(read, System.nanoTime()));
    return read;
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
          "WhatsApp does not tell the templates: " + Reasons.of(e) + ".");
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
