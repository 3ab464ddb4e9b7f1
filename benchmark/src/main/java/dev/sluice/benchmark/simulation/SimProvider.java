package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Truth.Attempt;
import dev.sluice.benchmark.simulation.Truth.Message;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import java.time.Duration;
import java.util.function.Consumer;

/** A worker's connection to the simulated provider, which accepts, refuses, hangs and is late. */
final class SimProvider implements MessageProvider {
  private static final Duration CONNECTING = Duration.ofMillis(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final Kernel kernel;
  private final SimProcess worker;
  private final Truth truth;
  private final Mood mood;
  private final Consumer<Message> taken;

  /** The provider's current behaviour. */
  enum Behaviour {
    TAKES,
    /** Refuses some recipients, throttles, and rejects requests. */
    PICKY,
    /** Responds late. */
    SLOW,
    /** Takes or does not take messages, and does not respond. */
    HANGS,
    /** Breaks connections. */
    BREAKS,
    /** Responds that it is down. */
    DOWN,
    /** Blocks the sender until an operator acts. */
    BLOCKS
  }

  /** The provider's behaviour, the same for all workers. */
  static final class Mood {
    private Behaviour behaviour = Behaviour.TAKES;

    void set(Behaviour next) {
      behaviour = next;
    }
  }

  SimProvider(Kernel kernel, SimProcess worker, Truth truth, Mood mood, Consumer<Message> taken) {
    this.kernel = kernel;
    this.worker = worker;
    this.truth = truth;
    this.mood = mood;
    this.taken = taken;
  }

  @Override
  public SendOutcome send(OutgoingMessage outgoing, Permit permit) {
    Message message = Message.of(outgoing.callbackData());
    worker.sleep(kernel.between(Duration.ZERO, CONNECTING));
    permit.await();
    Attempt attempt = truth.launched(worker, message);
    return switch (mood.behaviour) {
      case TAKES -> take(message, attempt, Duration.ofMillis(20), Duration.ofMillis(200));
      case SLOW -> take(message, attempt, Duration.ofMillis(200), Duration.ofSeconds(6));
      case PICKY ->
          kernel.chance(0.4)
              ? take(message, attempt, Duration.ofMillis(20), Duration.ofMillis(200))
              : refuse(attempt, refusal());
      case HANGS -> {
        maybeTake(message, attempt);
        worker.sleep(ANSWER_TIMEOUT.toNanos());
        yield new SendOutcome.InDoubt("no answer in time");
      }
      case BREAKS -> {
        maybeTake(message, attempt);
        worker.sleep(kernel.between(Duration.ofMillis(5), Duration.ofMillis(300)));
        yield new SendOutcome.InDoubt("the connection broke");
      }
      case DOWN -> refuse(attempt, new SendOutcome.Unavailable("503", "down", null));
      case BLOCKS -> refuse(attempt, new SendOutcome.SenderBlocked("190", "the token is invalid"));
    };
  }

  private SendOutcome take(Message message, Attempt attempt, Duration least, Duration most) {
    long answer = kernel.between(least, most);
    arrive(message, attempt, answer / 2);
    worker.sleep(answer);
    return new SendOutcome.Accepted("id." + message.recipient(), null);
  }

  private void maybeTake(Message message, Attempt attempt) {
    if (kernel.chance(0.5)) {
      arrive(message, attempt, Duration.ofMillis(5).toNanos());
    }
  }

  /** Makes a message that has left arrive, whatever becomes of the worker. */
  private void arrive(Message message, Attempt attempt, long nanos) {
    kernel.at(
        kernel.nowNanos() + nanos,
        () -> {
          attempt.take();
          taken.accept(message);
        });
  }

  private SendOutcome refuse(Attempt attempt, SendOutcome outcome) {
    worker.sleep(kernel.between(Duration.ofMillis(10), Duration.ofMillis(150)));
    attempt.refuse();
    return outcome;
  }

  private SendOutcome refusal() {
    return switch (kernel.random().nextInt(8)) {
      case 0 -> new SendOutcome.Refused("131026", "undeliverable");
      case 1 -> new SendOutcome.OptedOut("131050", "opted out");
      case 2 -> new SendOutcome.BadRequest("132000", "a parameter is missing");
      case 3 -> new SendOutcome.TryAgain("131016", "unavailable", null);
      case 4 -> new SendOutcome.TryAgain("131057", "maintenance", Duration.ofSeconds(45));
      case 5 -> new SendOutcome.PairLimited("131056", "too many to this recipient");
      case 6 -> new SendOutcome.Throttled("130429", "too many", Duration.ofMillis(500));
      default -> new SendOutcome.CampaignStopped("132015", "the template is paused");
    };
  }

  @Override
  public boolean available() {
    worker.sleep(kernel.between(Duration.ofMillis(10), Duration.ofMillis(100)));
    return mood.behaviour != Behaviour.DOWN && mood.behaviour != Behaviour.HANGS;
  }

  @Override
  public void close() {}
}
