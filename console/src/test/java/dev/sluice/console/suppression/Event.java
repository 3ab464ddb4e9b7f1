package dev.sluice.console.suppression;

import dev.sluice.providers.whatsapp.WebhookEvent.Renamed;
import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reported event. Its names are short numbers, which mean something else in each world. */
sealed interface Event {
  /** All events lie in the past. */
  long START = 1_700_000_000;

  void tell(World world);

  record Wish(String reason, @Nullable Integer phone, @Nullable Integer id, int at)
      implements Event {
    @Override
    public void tell(World world) {
      List<OptOuts.Wish> wish =
          List.of(new OptOuts.Wish(world.person(phone, id), reason, time(at)));
      boolean resume = reason.equals(Said.RESUME);
      world.optOuts().take(resume ? List.of() : wish, resume ? wish : List.of(), List.of());
    }
  }

  record Change(
      @Nullable Integer phone,
      @Nullable Integer id,
      @Nullable Integer newPhone,
      @Nullable Integer newId,
      int at)
      implements Event {
    Renamed renamed(World world) {
      return new Renamed(world.person(phone, id), world.person(newPhone, newId), time(at));
    }

    @Override
    public void tell(World world) {
      world.optOuts().take(List.of(), List.of(), List.of(renamed(world)));
    }
  }

  static Wish stop(@Nullable Integer phone, @Nullable Integer id, int at) {
    return new Wish(OptOutReason.PREFERENCE, phone, id, at);
  }

  static Wish resume(@Nullable Integer phone, @Nullable Integer id, int at) {
    return new Wish(Said.RESUME, phone, id, at);
  }

  static Wish word(@Nullable Integer phone, @Nullable Integer id, int at) {
    return new Wish("opt-out message", phone, id, at);
  }

  static Change number(int before, int now, int at) {
    return new Change(before, null, now, null, at);
  }

  static Change id(int before, int now, int at) {
    return new Change(null, before, null, now, at);
  }

  static Change both(int phone, int id, int newPhone, int newId, int at) {
    return new Change(phone, id, newPhone, newId, at);
  }

  static Instant time(int at) {
    return Instant.ofEpochSecond(START + at);
  }
}
