package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Schedule.Fault;
import dev.sluice.benchmark.simulation.SimProvider.Behaviour;
import dev.sluice.benchmark.simulation.Tables.Trouble;
import dev.sluice.schema.CampaignCommand.Action;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Applies the faults of a schedule: each begins at its time and, if it lasts, ends by itself. */
final class Faults {
  /** The time after the last fault at which operators begin to repair what only they can. */
  private static final Duration RESPITE = Duration.ofSeconds(2);

  private static final Duration OPERATOR = Duration.ofSeconds(3);

  private final World world;
  private final Kernel kernel;
  private final Fleet fleet;

  Faults(World world, Fleet fleet) {
    this.world = world;
    kernel = world.kernel();
    this.fleet = fleet;
  }

  /** Plans all faults of a schedule, and the repair of what is left of them. */
  void plan(Schedule schedule) {
    schedule.faults().forEach(fault -> kernel.at(fault.atNanos(), () -> begin(fault)));
    kernel.at(
        schedule.endNanos(),
        () -> {
          fleet.thaw();
          kernel.after(RESPITE, () -> kernel.every(OPERATOR, this::heal));
        });
  }

  private void begin(Fault fault) {
    kernel.trace(fault::toString);
    switch (fault.kind()) {
      case KILL -> kill(fleet.workers(), fault);
      case FREEZE -> freeze(fleet.workers(), fault);
      case STOP -> {
        Replica worker = chosen(fleet.workers(), fault);
        worker.stop();
        atItsEnd(fault, worker::start);
      }
      case JOIN -> {
        Replica further = fleet.addWorker();
        atItsEnd(fault, further::stop);
      }
      case MOVE -> {
        TopicPartition partition = chosen(world.requests(), fault);
        String to = chosen(fleet.workers(), fault.target() / 7).name();
        world.workers().move(partition, to);
      }
      case LOSE -> {
        world.network().lose(0.02 + fault.target() % 100 / 250.0);
        atItsEnd(fault, () -> world.network().lose(0));
      }
      case LEAP -> {
        Duration error = Duration.ofSeconds(fault.target() - 500);
        chosen(fleet.workers(), fault).process().setWallClock(error);
      }
      case PROVIDER -> {
        world.mood().set(chosen(List.of(Behaviour.values()), fault));
        atItsEnd(fault, () -> world.mood().set(Behaviour.TAKES));
      }
      case PAUSE ->
          campaign(
              fault,
              id -> {
                world.operator().command(Action.PAUSE, id);
                atItsEnd(fault, () -> world.operator().command(Action.RESUME, id));
              });
      case CANCEL -> campaign(fault, id -> world.operator().command(Action.CANCEL, id));
      case RESEND -> campaign(fault, world.operator()::resend);
      case REFUSE -> {
        world.broker().refuse(share(fault));
        atItsEnd(fault, () -> world.broker().refuse(0));
      }
      case UNKNOWN -> {
        world.network().loseCommits(share(fault));
        atItsEnd(fault, () -> world.network().loseCommits(0));
      }
      case DATABASE -> {
        world.tables().set(fault.target() % 2 == 0 ? Trouble.AWAY : Trouble.BREAKS);
        atItsEnd(fault, () -> world.tables().set(Trouble.NONE));
      }
      case KILL_PRODUCER -> kill(fleet.producers(), fault);
      case FREEZE_PRODUCER -> freeze(fleet.producers(), fault);
      case KILL_AGGREGATOR -> kill(fleet.aggregators(), fault);
      case FREEZE_AGGREGATOR -> freeze(fleet.aggregators(), fault);
      case MOVE_TASK -> {
        if (fault.target() % 2 == 0) {
          moveTask(world.producer(), fleet.producers(), fault);
        } else {
          moveTask(world.aggregator(), fleet.aggregators(), fault);
        }
      }
    }
  }

  private void kill(List<Replica> replicas, Fault fault) {
    Replica replica = chosen(replicas, fault);
    replica.process().kill();
    atItsEnd(fault, replica::start);
  }

  private void freeze(List<Replica> replicas, Fault fault) {
    SimProcess process = chosen(replicas, fault).process();
    process.freeze();
    atItsEnd(fault, process::thaw);
  }

  private void moveTask(Application application, List<Replica> replicas, Fault fault) {
    world
        .broker()
        .group(application.group())
        .move(application.partitionsRead().getFirst(), chosen(replicas, fault.target() / 2).name());
  }

  private void campaign(Fault fault, Consumer<UUID> action) {
    List<UUID> all = world.tables().ids();
    if (!all.isEmpty()) {
      action.accept(chosen(all, fault));
    }
  }

  private static <T> T chosen(List<T> all, Fault fault) {
    return chosen(all, fault.target());
  }

  private static <T> T chosen(List<T> all, int target) {
    return all.get(target % all.size());
  }

  private static double share(Fault fault) {
    return 0.1 + fault.target() / 1_000.0;
  }

  private void atItsEnd(Fault fault, Runnable action) {
    kernel.after(
        Duration.ofNanos(fault.forNanos()),
        () -> {
          kernel.trace(() -> "end of " + fault);
          action.run();
        });
  }

  /** Ends all faults and does what only operators can do. */
  private void heal() {
    world.network().lose(0);
    world.network().loseCommits(0);
    world.broker().refuse(0);
    world.tables().set(Trouble.NONE);
    world.mood().set(Behaviour.TAKES);
    world.operator().repair();
  }
}
