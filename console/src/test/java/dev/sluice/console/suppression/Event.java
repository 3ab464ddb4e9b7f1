package dev.sluice.console.suppression;

import dev.sluice.providers.whatsapp.WebhookEvent.Renamed;
import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** A reported event. Its names are short numbers, which mean something else in each world. */
sealed interface Event {
  /** All events lie in the past. */
  long START = 1_700_000_000;

  /** Adds to a call that this happened in a world. */
  void in(World world, Call call);

  default void tell(World world) {
    Call call = new Call();
    in(world, call);
    call.tell(world.sql());
  }

  /** What one call reports. */
  record Call(List<OptOuts.Wish> stops, List<OptOuts.Wish> resumes, List<Renamed> changes) {
    Call() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    void tell(DSLContext sql) {
      var _ = new OptOuts(sql).take(stops, resumes, changes);
    }
  }

  record Wish(String reason, @Nullable Integer phone, @Nullable Integer id, int at)
      implements Event {
    @Override
    public void in(World world, Call call) {
      (reason.equals(Said.RESUME) ? call.resumes : call.stops)
          .add(new OptOuts.Wish(world.person(phone, id), reason, time(at)));
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
    public void in(World world, Call call) {
      call.changes.add(renamed(world));
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
