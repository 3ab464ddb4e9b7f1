package dev.sluice.producer;

import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jooq.DSLContext;

/**
 * One turn of the fan-out: carries out what errands have brought, moves campaigns through their
 * lives, then gives each sender's running campaigns as much as its lanes have room for. It never
 * waits for the database.
 */
final class Feeder {
  /** A start leads to a first page in so many steps; each may be done at once. */
  private static final int STEPS = 4;

  private final Errands errands;
  private final Schedule schedule;
  private final Lives lives;
  private final Feeding feeding;
  private final Facts facts;
  private final Faults faults;
  private final TooLarge tooLarge;
  private final Watch watch;
  private final Passes passes;

  private Feeder(
      Errands errands,
      Schedule schedule,
      Lives lives,
      Feeding feeding,
      Facts facts,
      Surroundings around,
      Passes passes) {
    this.errands = errands;
    this.schedule = schedule;
    this.lives = lives;
    this.feeding = feeding;
    this.facts = facts;
    faults = around.faults();
    tooLarge = around.tooLarge();
    watch = around.watch();
    this.passes = passes;
  }

  /**
   * What feeders share and stream threads do not own.
   *
   * @param controls the newest control of a key, as far as is known
   * @param workAhead how much work is kept queued per lane, as time at the lane's rate
   * @param pageSize recipients read at once
   * @param executor where the database is asked
   */
  record Surroundings(
      DSLContext sql,
      Backlog backlog,
      Function<String, Control> controls,
      Duration workAhead,
      int pageSize,
      Executor executor,
      InstantSource clock,
      Health health,
      Faults faults,
      TooLarge tooLarge,
      Watch watch) {

    static Surroundings of(
        DSLContext sql,
        Backlog backlog,
        Function<String, Control> controls,
        FanOutConfig config,
        Executor executor,
        InstantSource clock,
        Health health,
        MeterRegistry meters) {
      Faults faults = new Faults(clock);
      return new Surroundings(
          sql,
          backlog,
          controls,
          config.workAhead(),
          config.pageSize(),
          executor,
          clock,
          health,
          faults,
          new TooLarge(config.kafka().topics(), faults, clock, meters),
          new Watch(health, faults, clock, meters));
    }
  }

  /** The feeder of a task. */
  static Feeder of(Surroundings around, Passes passes, Output output) {
    InstantSource clock = around.clock();
    FanOutSql sql = FanOutSql.of(around.sql(), clock);
    Errands errands =
        new Errands(around.executor(), around.faults(), new Outage(around.health(), clock));
    Facts facts = new Facts(sql.rows(), errands, passes, clock);
    return new Feeder(
        errands,
        new Schedule(sql.rows(), errands, clock, passes, output),
        new Lives(sql, errands, around.faults(), facts, around.watch(), clock, passes, output),
        new Feeding(around, sql, errands, facts, passes, output),
        facts,
        around,
        passes);
  }

  /** People want this campaign to be tried again. */
  void forgive(UUID campaignId) {
    facts.forget(campaignId);
    faults.forgive(campaignId);
  }

  /** Does what can be done now. */
  void turn() {
    tooLarge.blame();
    errands.settle();
    schedule.turn();
    lives.turn();
    for (int step = 0; step < STEPS && errands.settle(); step++) {
      lives.turn();
    }
    feeding.lookUp();
    errands.settle();
    feeding.turn();
    errands.settle();
    Map<UUID, Pass> open = passes.open();
    watch.tell(open);
    facts.retain(open.keySet());
    faults.retain(open.keySet());
  }
}
