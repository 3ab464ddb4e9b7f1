package dev.sluice.providers;

import dev.sluice.providers.spi.MessageRules;
import dev.sluice.providers.whatsapp.ErrorCodes;
import dev.sluice.providers.whatsapp.MessageValidator;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import java.util.Optional;
import java.util.Set;

/** The differences between providers, by provider name; needs no connection. */
public final class Providers {
  /** The provider of senders that name none. */
  public static final String USUAL = WhatsAppProvider.NAME;

  private Providers() {}

  /** Returns whether a provider's accounts have templates, by whose category it bills. */
  public static boolean hasTemplates(String provider) {
    return provider.equals(WhatsAppProvider.NAME);
  }

  /**
   * Returns a provider's message rules; an unknown provider has none.
   *
   * @param provider the sender's provider, such as {@code whatsapp}
   */
  public static MessageRules rules(String provider) {
    return provider.equals(WhatsAppProvider.NAME)
        ? MessageValidator::problem
        : message -> Optional.empty();
  }

  /** Returns the error codes that are known. */
  public static Set<String> codes() {
    return ErrorCodes.codes();
  }

  /** Explains a provider's error code to people who run campaigns; empty if it is unknown. */
  public static Optional<String> explanation(String code) {
    return ErrorCodes.explanation(code);
  }

  /**
   * Returns whether the same message may succeed later, possibly once the cause has been fixed;
   * empty if the code is unknown.
   */
  public static Optional<Boolean> retryHelps(String code) {
    return ErrorCodes.retryHelps(code);
  }
}
