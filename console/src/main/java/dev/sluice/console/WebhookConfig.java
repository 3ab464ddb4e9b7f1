package dev.sluice.console;

import java.util.List;
import java.util.Optional;

/**
 * The configuration of webhooks.
 *
 * @param appSecret verifies the signature of calls; without it every call is refused
 * @param verifyToken what the handshake must carry; without it every handshake is refused
 * @param optOutWords messages by which people opt out
 */
public record WebhookConfig(
    Optional<String> appSecret, Optional<String> verifyToken, List<String> optOutWords) {

  /**
   * Common words in English, Portuguese, Spanish and German, and the usual texts of quick replies.
   */
  public static final String DEFAULT_OPT_OUT_WORDS =
      "STOP,UNSUBSCRIBE,CANCEL,END,QUIT,PARE,SAIR,PARAR,CANCELAR,BAJA,ALTO,STOPP,ABMELDEN"
          + ",STOP PROMOTIONS,UNSUBSCRIBE FROM PROMOS,UNSUBSCRIBE FROM ALL,OPT OUT,OPT-OUT"
          + ",PARAR PROMOCOES,DETENER PROMOCIONES";

  /** No webhooks: every call is refused. */
  public static final WebhookConfig NONE =
      new WebhookConfig(Optional.empty(), Optional.empty(), List.of());

  @Override
  public String toString() {
    return "WebhookConfig[secret " + (appSecret.isPresent() ? "set" : "not set") + "]";
  }
}
