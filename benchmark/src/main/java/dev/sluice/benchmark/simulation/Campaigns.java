package dev.sluice.benchmark.simulation;

import dev.sluice.producer.sql.CampaignRepository.Sender;
import dev.sluice.schema.LaneRates;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** Chooses senders and campaigns. */
final class Campaigns {
  /** The longest that a campaign is sent if nothing goes wrong. */
  private static final Duration LONGEST = Truth.HORIZON.multipliedBy(3);

  private final World world;
  private final Kernel kernel;
  private final RandomGenerator random;

  Campaigns(World world) {
    this.world = world;
    kernel = world.kernel();
    random = kernel.random();
  }

  /** Plans when each campaign begins. */
  void plan(Schedule schedule) {
    int count = random.nextInt(1, 4);
    List<Sender> senders = List.of(sender("a"), sender("b"));
    senders.forEach(world.tables()::add);
    for (int number = 0; number < count; number++) {
      Sender sender = senders.get(random.nextInt(senders.size()));
      // The producer has names of its own among those that begin with 0.
      UUID id = new UUID(1, number);
      OnDoubt onDoubt = kernel.chance(0.2) ? OnDoubt.RESEND : OnDoubt.HOLD;
      int recipients = 1 + random.nextInt(most(schedule, sender));
      kernel.at(
          random.nextLong(Schedule.ACTIVE.toNanos() / 4),
          () -> {
            kernel.trace(() -> "begin " + id);
            world.operator().begin(id, sender.identity().id(), onDoubt, recipients);
          });
    }
  }

  /** Returns the most recipients of a campaign, which may be more than may be queued. */
  private static int most(Schedule schedule, Sender sender) {
    double inTime = sender.rates().ratePerSecond() * LONGEST.toSeconds();
    return (int) Math.min(schedule.mostRecipients(), inTime);
  }

  private Sender sender(String id) {
    int lanes = random.nextInt(1, 3);
    int ofLane = kernel.chance(0.1) ? random.nextInt(80, 400) : random.nextInt(1, 20);
    return new Sender(
        new SendRequest.Sender(id, "whatsapp", "1"),
        new LaneRates((double) lanes * ofLane, lanes),
        null,
        null);
  }
}
