package dev.sluice.producer;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import dev.sluice.schema.LaneKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One iteration of the fan-out: applies finished tasks, takes campaigns through their lifecycle,
 * then writes each sender's requests as far as its lanes have room. It never waits for the
 * database.
 */
final class FanOutTick {
  /** The steps from a start to its first page; each may follow at once. */
  private static final int STEPS = 4;

  private final DatabaseTasks tasks;
  private final CampaignEvents events;
  private final ScheduledStarts schedule;
  private final CampaignEnds ends;
  private final CampaignLifecycle lifecycle;
  private final RequestFeeder feeder;
  private final List<DatabaseGauge> gauges;
  private final CampaignFacts facts;
  private final CampaignFaults faults;
  private final OversizedRequests tooLarge;
  private final FanOutHealth watch;
  private final Function<String, Control> controls;
  private final FanOutStore fanOuts;

  private FanOutTick(
      DatabaseTasks tasks,
      CampaignEvents events,
      ScheduledStarts schedule,
      CampaignEnds ends,
      CampaignLifecycle lifecycle,
      RequestFeeder feeder,
      List<DatabaseGauge> gauges,
      CampaignFacts facts,
      Surroundings around,
      FanOutStore fanOuts) {
    this.tasks = tasks;
    this.events = events;
    this.schedule = schedule;
    this.ends = ends;
    this.lifecycle = lifecycle;
    this.feeder = feeder;
    this.gauges = List.copyOf(gauges);
    this.facts = facts;
    faults = around.faults();
    tooLarge = around.tooLarge();
    watch = around.watch();
    controls = around.controls();
    this.fanOuts = fanOuts;
  }

  /**
   * The collaborators that the ticks of all stream threads share.
   *
   * @param sql creates the repositories of a task, which remembers things of its own
   * @param controls returns the newest known control of a key
   * @param workAhead how much work is kept queued per lane, as time at the lane's rate
   * @param pageSize recipients read at once
   * @param executor runs database tasks
   * @param clock the time of day
   * @param steady the clock of waits, which does not jump
   * @param nanoTime the clock of readings of the backlog
   * @param gauges those that are read from the database
   */
  record Surroundings(
      Supplier<FanOutRepositories> sql,
      LaneBacklog backlog,
      Function<String, Control> controls,
      Duration workAhead,
      int pageSize,
      Executor executor,
      InstantSource clock,
      InstantSource steady,
      LongSupplier nanoTime,
      Health health,
      CampaignFaults faults,
      OversizedRequests tooLarge,
      FanOutHealth watch,
      Map<DatabaseGauge.Subject, MultiGauge> gauges) {

    static Surroundings of(
        Supplier<FanOutRepositories> sql,
        LaneBacklog backlog,
        Function<String, Control> controls,
        FanOutConfig config,
        Executor executor,
        InstantSource clock,
        InstantSource steady,
        LongSupplier nanoTime,
        Health health,
        MeterRegistry meters) {
      CampaignFaults faults = new CampaignFaults(steady);
      return new Surroundings(
          sql,
          backlog,
          controls,
          config.workAhead(),
          config.pageSize(),
          executor,
          clock,
          steady,
          nanoTime,
          health,
          faults,
          new OversizedRequests(config.kafka().topics(), faults, steady, meters),
          new FanOutHealth(health, faults, steady, meters),
          DatabaseGauge.register(meters));
    }
  }

  /** Creates the tick of a stream task. */
  static FanOutTick of(
      Surroundings around, FanOutStore fanOuts, CampaignEvents events, Output output) {
    InstantSource clock = around.clock();
    InstantSource steady = around.steady();
    FanOutRepositories sql = around.sql().get();
    DatabaseTasks tasks =
        new DatabaseTasks(
            around.executor(),
            around.faults(),
            new DatabaseBackoff(around.health(), steady),
            sql::rehearse,
            steady);
    CampaignFacts facts = new CampaignFacts(sql.rows(), tasks, fanOuts, steady);
    CampaignEnds ends =
        new CampaignEnds(sql.rows(), tasks, facts, fanOuts, events, around.watch(), steady);
    CampaignHours hours = new CampaignHours(sql.rows(), tasks, facts, clock, fanOuts, events);
    CampaignRounds rounds =
        new CampaignRounds(
            sql,
            tasks,
            around.faults(),
            facts,
            around.watch(),
            clock,
            fanOuts,
            events,
            ends,
            hours,
            output);
    return new FanOutTick(
        tasks,
        events,
        new ScheduledStarts(sql.rows(), tasks, clock, steady, fanOuts, output),
        ends,
        new CampaignLifecycle(
            sql.rows(), tasks, around.faults(), around.watch(), fanOuts, events, rounds, hours),
        new RequestFeeder(around, sql, tasks, facts, fanOuts, output),
        DatabaseGauge.of(around.gauges(), sql, tasks, steady),
        facts,
        around,
        fanOuts);
  }

  /** Forgets the failures of a campaign that was resumed. */
  void forgive(UUID campaignId) {
    facts.forget(campaignId);
    faults.forgive(campaignId);
  }

  /**
   * Returns whether a campaign that should run is paused by the control in force: a producer of
   * another version could not read its stored state, and left it as it is.
   */
  boolean pausedElsewhere(UUID campaignId, FanOutState fanOut) {
    return fanOut.effective() == Control.State.RUNNING
        && controls.apply(Control.campaignKey(campaignId)).state() == Control.State.PAUSED;
  }

  /** Stops writing to a lane of which a worker has too much, for a time. */
  void full(LaneKey lane, Duration time) {
    feeder.full(lane, time);
  }

  /** Ends the task, which another producer may take over. */
  void close() {
    gauges.forEach(DatabaseGauge::close);
    watch.close();
  }

  /** Does what is possible now. */
  void iterate() {
    events.beginIteration();
    tooLarge.blame();
    tasks.settle();
    schedule.iterate();
    gauges.forEach(DatabaseGauge::iterate);
    ends.iterate();
    lifecycle.iterate();
    for (int step = 0; step < STEPS && tasks.settle(); step++) {
      lifecycle.iterate();
    }
    feeder.lookUp();
    tasks.settle();
    feeder.iterate();
    tasks.settle();
    Map<UUID, FanOutState> open = fanOuts.open();
    watch.tell(open);
    facts.retain(open.keySet());
    faults.retain(open.keySet());
  }
}
