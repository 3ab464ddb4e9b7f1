package dev.sluice.worker;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.tracing.Journey;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.breaker.CircuitBreaker;
import dev.sluice.worker.breaker.CircuitBreakers;
import dev.sluice.worker.breaker.Sign;
import dev.sluice.worker.breaker.Ticket;
import dev.sluice.worker.pacing.LanePacer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends each message on its own virtual thread, which prepares everything, then waits for its time
 * slot, and queues the outcome. It knows nothing of offsets: the tasks it is given are already
 * declared started.
 */
final class Dispatcher {
  /**
   * A send that is this late is not launched: the process was stalled, and in the meantime its
   * partition may have a new owner that sends at the lane's full rate, or its campaign may have
   * been paused. If this worker still owns the partition, the task is picked again.
   */
  private static final Duration STALLED = Duration.ofSeconds(3);

  /**
   * How long a send waits for a place; usually it gets one within the time of a transaction. Later
   * ones wait for a provider that has become slow or silent.
   */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

  private static final String GIVEN_AWAY = "the partition is given away";

  private final Map<String, MessageProvider> providers;
  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();
  private final CircuitBreakers breakers;
  private final ControlsView controls;
  private final Machine machine;
  private final Ticker ticker;
  private final CallMeters meters;
  private final HeldPlaces<Send> places = new HeldPlaces<>();

  /** How many places each sender may hold. */
  private Map<Sender, Integer> allowed = Map.of();

  private final Set<Send> sends = ConcurrentHashMap.newKeySet();

  /**
   * How a task's attempt ended.
   *
   * @param call more about it, if the task is traced and was launched
   */
  record Finished(SendTask task, Ending ending, Instant at, Journey.@Nullable Call call) {
    Finished(SendTask task, SendOutcome outcome, Instant at) {
      this(task, new Ending.Answered(outcome), at, null);
    }
  }

  Dispatcher(
      Map<String, MessageProvider> providers,
      CircuitBreakers breakers,
      ControlsView controls,
      CallMeters meters,
      Machine machine) {
    this.controls = controls;
    this.machine = machine;
    this.ticker = machine.ticker();
    this.breakers = breakers;
    this.meters = meters;
    this.providers = Map.copyOf(providers);
  }

  /** Sets how many places each sender may hold; read only by the thread that launches. */
  void allow(Map<Sender, Integer> most) {
    allowed = Map.copyOf(most);
  }

  /**
   * Launches a send whose start is committed; it is written in its lane's next time slot. If its
   * sender holds as many places as it may, it gets the place of the next send that ends.
   *
   * @param committedAtNanos when the transaction that declared it started was begun
   */
  void launch(SendTask task, Lane lane, long committedAtNanos) {
    Send send = new Send(task, lane, committedAtNanos);
    sends.add(send);
    int most = allowed.getOrDefault(send.sender, Integer.MAX_VALUE);
    places.add(send.sender, send, most, this::start);
  }

  private void start(Send send) {
    machine.threads().start(Thread.ofVirtual().name("send"), send);
  }

  /** Ends sends that have waited for a place for too long; called periodically. */
  void review() {
    for (Send send : places.waiting()) {
      if (send.age().compareTo(LONGEST_WAIT) >= 0 && places.remove(send.sender, send)) {
        send.close(new Ending.NotLaunched("no place in flight became free in time"));
      }
    }
  }

  /**
   * Withdraws the unwritten sends of partitions that are given away. Their outcome reports at once
   * that they will not be written, so that the partitions' next owners can send them.
   */
  void withdraw(Collection<PartitionState> partitions) {
    sends.stream()
        .filter(send -> partitions.contains(send.task.partition()))
        .forEach(Send::withdraw);
  }

  private enum Stage {
    PREPARING,
    /** It may have been written. */
    WRITTEN,
    WITHDRAWN,
    ENDED
  }

  /** One send, from its launch to its outcome. */
  private final class Send implements Permit, Runnable {
    private final SendTask task;
    private final Sender sender;
    private final CircuitBreaker breaker;
    private final Ticket ticket;
    private final LanePacer.Slot slot;
    private final long committedAtNanos;
    private final long launchedNanos = awakeNanos();
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.PREPARING);

    /** Null if it is not traced. */
    private final @Nullable Instant launched;

    private long openingNanos;
    private long queuedNanos;
    private long writtenNanos;
    private int httpStatus;

    Send(SendTask task, Lane lane, long committedAtNanos) {
      this.task = task;
      this.committedAtNanos = committedAtNanos;
      launched = task.isTraced() ? ticker.now() : null;
      sender = task.request().sender();
      breaker = breakers.of(sender);
      ticket = breaker.admit(launchedNanos);
      slot = lane.reserve();
    }

    @Override
    public void await() {
      requireOpenedInTime();
      slot.await(this::requireWanted);
      if (!breaker.tryLaunch(ticket, awakeNanos())) {
        throw new WithdrawnException("the provider does not answer this sender");
      }
      writtenNanos = ticker.nanoTime();
      if (!stage.compareAndSet(Stage.PREPARING, Stage.WRITTEN)) {
        throw new WithdrawnException(GIVEN_AWAY);
      }
    }

    @Override
    public void queued(Duration time) {
      queuedNanos += time.toNanos();
      slot.queued(time);
      requireWanted();
    }

    @Override
    public String sender() {
      return sender.id();
    }

    @Override
    public @Nullable String traceparent() {
      return launched == null ? null : task.traceparent(launched);
    }

    @Override
    public void answered(int status) {
      httpStatus = status;
    }

    void withdraw() {
      if (stage.compareAndSet(Stage.PREPARING, Stage.WITHDRAWN)) {
        finished.add(new Finished(task, new Ending.NotLaunched(GIVEN_AWAY), ticker.now(), null));
      }
    }

    /**
     * Otherwise a provider whose connections take that long would be tried forever without using up
     * attempts.
     */
    private void requireOpenedInTime() {
      Duration opening = Duration.ofNanos(awakeNanos() - openingNanos - queuedNanos);
      if (opening.compareTo(STALLED) > 0) {
        throw new OpenedLateException(
            "the provider took " + opening.toMillis() + " ms to accept a connection");
      }
    }

    private Duration age() {
      return Duration.ofNanos(ticker.nanoTime() - committedAtNanos);
    }

    private void requireWanted() {
      Duration age = age();
      if (age.compareTo(STALLED) > 0) {
        throw new WithdrawnException("the worker was stalled for " + age.toMillis() + " ms");
      }
      if (stage.get() == Stage.WITHDRAWN) {
        throw new WithdrawnException(GIVEN_AWAY);
      }
      if (task.partition().lost()) {
        throw new WithdrawnException("the partition was taken away");
      }
      if (stopped(task.request())) {
        throw new WithdrawnException("it was stopped while its start was being declared");
      }
    }

    @Override
    public void run() {
      Ending ending;
      try {
        ending = send();
      } catch (Throwable e) {
        end(failed(e));
        // For the thread's uncaught exception handler.
        throw e;
      }
      end(ending);
    }

    private Ending send() {
      MessageProvider provider = providers.get(sender.provider());
      if (provider == null) {
        return new Ending.Answered(
            new SendOutcome.SenderBlocked(
                "unknown_provider", "the workers know no provider \"" + sender.provider() + "\""));
      }
      try {
        slot.awaitBegin(this::requireWanted);
        openingNanos = awakeNanos();
        return new Ending.Answered(
            provider.send(
                new OutgoingMessage(
                    sender.address(),
                    task.request().to(),
                    task.request().message(),
                    task.callbackData()),
                this));
      } catch (OpenedLateException e) {
        return new Ending.Answered(
            new SendOutcome.Unavailable(
                SendOutcome.Unavailable.NOT_CONNECTED, String.valueOf(e.getMessage()), null));
      } catch (WithdrawnException e) {
        return new Ending.NotLaunched(String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        return failed(e);
      }
    }

    /**
     * Returns the outcome of a provider's bug, which must not lose the task, and before the permit
     * affects only its campaign.
     */
    private Ending failed(Throwable e) {
      String detail = "the provider failed: " + e;
      return new Ending.Answered(
          stage.get() == Stage.WRITTEN
              ? new SendOutcome.InDoubt(detail)
              : new SendOutcome.NotPrepared(detail));
    }

    private void end(Ending ending) {
      try {
        close(ending);
      } finally {
        Send next = places.pass(sender);
        if (next != null) {
          start(next);
        }
      }
    }

    private void close(Ending ending) {
      Stage last = stage.getAndSet(Stage.ENDED);
      try {
        slot.release();
        switch (ending) {
          case Ending.Answered(SendOutcome outcome) -> tell(outcome, last == Stage.WRITTEN);
          case Ending.NotLaunched n -> breaker.ended(ticket, Sign.NOTHING, "", awakeNanos());
        }
      } finally {
        if (last != Stage.WITHDRAWN) {
          Instant now = ticker.now();
          finished.add(new Finished(task, ending, now, call(now, last == Stage.WRITTEN)));
        }
        sends.remove(this);
      }
    }

    private Journey.@Nullable Call call(Instant now, boolean permitted) {
      if (launched == null) {
        return null;
      }
      Instant written = permitted ? now.minusNanos(ticker.nanoTime() - writtenNanos) : null;
      return new Journey.Call(launched, written, httpStatus);
    }

    private void tell(SendOutcome outcome, boolean permitted) {
      // A message that was not written says nothing about the provider. A doubt without a permit
      // comes from a provider that fails before it asks for one.
      boolean tells = permitted || outcome instanceof SendOutcome.InDoubt;
      breaker.ended(ticket, tells ? Sign.of(outcome) : Sign.NOTHING, detail(outcome), awakeNanos());
      if (permitted) {
        meters.ended(sender.id(), outcome, ticker.nanoTime() - writtenNanos);
      }
    }
  }

  private long awakeNanos() {
    return breakers.awakeNanos(ticker.nanoTime());
  }

  /** Thrown if the provider was ready for the message only when its start was too long ago. */
  private static final class OpenedLateException extends WithdrawnException {
    private static final long serialVersionUID = 1;

    OpenedLateException(String message) {
      super(message);
    }
  }

  /**
   * Returns whether the request was paused or stopped while its start was declared: this takes
   * seconds if Kafka is slow, but a pause must take effect within one.
   */
  private boolean stopped(SendRequest request) {
    return controls.state(request.campaignId(), request.sender().id()) != Control.State.RUNNING;
  }

  private static String detail(SendOutcome outcome) {
    return outcome instanceof SendOutcome.InDoubt(String detail) ? detail : "";
  }

  /** Returns the next outcome, or null if there is none now. */
  @Nullable Finished poll() {
    return finished.poll();
  }

  /** Requeues outcomes that could not be published. */
  void requeue(List<Finished> unpublished) {
    finished.addAll(unpublished);
  }

  /** Returns the use of the places in flight by sender. */
  Map<Sender, HeldPlaces.Use> use() {
    return places.use();
  }

  /** Returns the number of sends waiting for a place, their time slot or a response. */
  int inFlight() {
    return sends.size();
  }
}
