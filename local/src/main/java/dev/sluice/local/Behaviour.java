package dev.sluice.local;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The part of the simulator's behaviour that can be changed while it runs. */
final class Behaviour {
  private volatile @Nullable String accessToken;
  private volatile List<Refusal> refusals;
  private volatile List<Trouble> troubles;
  private volatile double errorShare;
  private volatile boolean heldForQuality;

  Behaviour(SimulatorConfig config) {
    accessToken = config.accessToken();
    refusals = config.refusals();
    troubles = config.troubles();
    errorShare = config.errorShare();
  }

  void setAccessToken(@Nullable String newToken) {
    accessToken = newToken;
  }

  void setRefusals(List<Refusal> newRefusals) {
    refusals = List.copyOf(newRefusals);
  }

  void setTroubles(List<Trouble> newTroubles) {
    troubles = List.copyOf(newTroubles);
  }

  void setErrorShare(double share) {
    errorShare = share;
  }

  void setHeldForQuality(boolean held) {
    heldForQuality = held;
  }

  boolean admits(@Nullable String authorization) {
    String good = accessToken;
    return authorization != null
        && authorization.startsWith("Bearer ")
        && (good == null || authorization.equals("Bearer " + good));
  }

  Optional<Refusal> refusal(String to) {
    return refusals.stream().filter(refusal -> refusal.concerns(to)).findFirst();
  }

  Optional<Trouble.Mode> trouble(String numberId) {
    return troubles.stream()
        .filter(trouble -> trouble.concerns(numberId))
        .map(Trouble::mode)
        .findFirst();
  }

  double errorShare() {
    return errorShare;
  }

  /** Returns the {@code message_status} of an accepted message; only templates have one. */
  @Nullable String messageStatus(String type) {
    if (!type.equals("template")) {
      return null;
    }
    return heldForQuality ? "held_for_quality_assessment" : "accepted";
  }
}
