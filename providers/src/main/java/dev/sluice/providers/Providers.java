package dev.sluice.providers;

import dev.sluice.providers.spi.MessageRules;
import dev.sluice.providers.whatsapp.ErrorCodes;
import dev.sluice.providers.whatsapp.MessageValidator;
import java.util.Optional;

/** The rules and error codes of providers, by provider name; needs no connection. */
public final class Providers {
  private Providers() {}

  /**
   * The rules that a provider's messages keep; a provider that Sluice does not know has none.
   *
   * @param provider the sender's provider, such as {@code whatsapp}
   */
  public static MessageRules rules(String provider) {
    return provider.equals("whatsapp") ? MessageValidator::problem : message -> Optional.empty();
  }

  /** What a provider's error code means to those who run campaigns; empty if nobody knows it. */
  public static Optional<String> explanation(String code) {
    return ErrorCodes.explanation(code);
  }

  /**
   * Whether the same message may get through another time, if need be once people have mended what
   * was wrong; empty if nobody knows the code.
   */
  public static Optional<Boolean> retryHelps(String code) {
    return ErrorCodes.retryHelps(code);
  }
}
