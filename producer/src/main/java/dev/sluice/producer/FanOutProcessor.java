package dev.sluice.producer;

import dev.sluice.producer.sql.Texts;
import dev.sluice.producer.state.AnnouncedStore;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.producer.state.InputOffsets;
import dev.sluice.producer.state.ReturnedRequests;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.StatusReasons;
import dev.sluice.schema.Topics;
import dev.sluice.schema.UnreadableEventException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts commands without touching the database: a command only changes the campaign's fan-out
 * state, and the {@link FanOutTick} carries it out in its next iteration. A database outage thus
 * delays only the writing of requests.
 */
final class FanOutProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger log = LoggerFactory.getLogger(FanOutProcessor.class);
  private static final Duration ITERATION = Duration.ofMillis(20);

  /** The longest time in which a new task reads what waited for it. */
  private static final Duration CATCHING_UP = Duration.ofSeconds(10);

  /** The largest command accepted, bytes; a start command is kept in the store for a while. */
  private static final int LARGEST_INPUT = 64 * 1024;

  private static final Set<RecipientStatus> RESENDABLE =
      EnumSet.of(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED);

  private final Topics topics;
  private final InstantSource clock;
  private final InstantSource steady;
  private final OutputMeters meters;
  private final Traces traces;
  private final TickFactory ticks;
  private final RefusalLog refusals;
  private ProcessorContext<byte[], byte[]> context;
  private Output output;
  private CampaignEvents events;
  private FanOutStore fanOuts;
  private InputOffsets inputs;
  private FanOutTick tick;
  private Instant opened;
  private long repeated;

  /** Creates the tick of a stream task. */
  interface TickFactory {
    FanOutTick create(FanOutStore fanOuts, CampaignEvents events, Output output);
  }

  // Kafka Streams calls init before anything else.
  @SuppressWarnings("NullAway.Init")
  FanOutProcessor(
      Topics topics,
      InstantSource clock,
      InstantSource steady,
      OutputMeters meters,
      Traces traces,
      TickFactory ticks) {
    this.topics = topics;
    this.clock = clock;
    this.steady = steady;
    this.meters = meters;
    this.traces = traces;
    this.ticks = ticks;
    refusals = new RefusalLog(steady);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> newContext) {
    context = newContext;
    opened = steady.instant();
    output = new Output(context, clock, meters, traces);
    fanOuts =
        new FanOutStore(
            context.getStateStore(FanOutTopology.STORE),
            new ReturnedRequests(context.getStateStore(FanOutTopology.RETURNS)));
    inputs = new InputOffsets(context.getStateStore(FanOutTopology.INPUTS));
    events =
        new CampaignEvents(
            new AnnouncedStore(context.getStateStore(FanOutTopology.ANNOUNCED)), clock, output);
    tick = ticks.create(fanOuts, events, output);
    context.schedule(ITERATION, PunctuationType.WALL_CLOCK_TIME, now -> tick.iterate());
  }

  @Override
  public void close() {
    // Null if init failed.
    if (tick != null) {
      tick.close();
    }
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (!inputs.isNew(context.recordMetadata().orElseThrow(), record)) {
      if (repeated++ == 0) {
        log.warn("skipping records that were processed before");
      }
      return;
    }
    try {
      if (record.value() != null && record.value().length > LARGEST_INPUT) {
        throw new UnreadableEventException("longer than " + LARGEST_INPUT + " bytes");
      }
      if (context.recordMetadata().orElseThrow().topic().equals(topics.returnedRequests())) {
        takeBack(Json.read(record.value(), ReturnedRequest.class), record);
      } else {
        CampaignCommand command = Json.read(record.value(), CampaignCommand.class);
        requireKey(record.key(), command.campaignId());
        obey(command, record);
      }
    } catch (UnreadableEventException e) {
      refuse(record, Refusal.UNREADABLE, Texts.shortened(e.getMessage()));
    }
  }

  private static void requireKey(byte @Nullable [] key, UUID campaignId) {
    if (key != null && !new String(key, StandardCharsets.UTF_8).equals(campaignId.toString())) {
      throw new UnreadableEventException("the key is not the campaign's id " + campaignId);
    }
  }

  private void takeBack(ReturnedRequest request, Record<byte[], byte[]> record) {
    FanOutState fanOut = fanOuts.find(request.campaignId());
    if (fanOut == null) {
      refuse(record, Refusal.UNKNOWN, "nothing is known of campaign " + request.campaignId());
      return;
    }
    fanOuts.giveBack(request, fanOut);
    ReturnedRequest.FullLane full = request.full();
    String sender = fanOut.senderId();
    if (full != null && sender != null) {
      long agoMillis = catchingUp() ? Math.max(0, clock.millis() - record.timestamp()) : 0;
      Duration left = Duration.ofSeconds(full.seconds()).minusMillis(agoMillis);
      if (left.isPositive()) {
        tick.full(new LaneKey(sender, full.lane()), left);
      }
    }
  }

  /**
   * Returns whether a report may have waited for this task to open. Later reports are read as they
   * come, and look old only where two machines' clocks differ.
   */
  private boolean catchingUp() {
    return steady.instant().isBefore(opened.plus(CATCHING_UP));
  }

  private void obey(CampaignCommand command, Record<byte[], byte[]> record) {
    UUID id = command.campaignId();
    FanOutState fanOut = fanOuts.find(id);
    log.info(
        "[campaign {}] {} requested by {}",
        FanOutStore.brief(id),
        command.command(),
        Texts.shortened(requester(command)));
    switch (command.command()) {
      case START -> {
        if (isUnknown(fanOut)) {
          fanOuts.put(id, FanOutState.requested(origin(command, record)));
        }
      }
      case PAUSE -> tell(id, fanOut, Control.State.PAUSED, command, record);
      case RESUME -> tell(id, fanOut, Control.State.RUNNING, command, record);
      case CANCEL -> tell(id, fanOut, Control.State.CANCELLED, command, record);
      case RESEND, RESEND_SELECTED -> resend(id, fanOut, command, record);
    }
  }

  /**
   * Returns whether there is no readable state. A start, combined with a repair if the campaign has
   * begun, and a cancel can replace an unreadable state.
   */
  private static boolean isUnknown(@Nullable FanOutState fanOut) {
    return fanOut == null || fanOut.phase() instanceof FanOutState.Unreadable;
  }

  private static String requester(CampaignCommand command) {
    return command.requestedBy() == null ? "an unnamed service" : command.requestedBy();
  }

  private void tell(
      UUID id,
      @Nullable FanOutState fanOut,
      Control.State wanted,
      CampaignCommand command,
      Record<byte[], byte[]> record) {
    if (isUnknown(fanOut) && wanted == Control.State.CANCELLED) {
      // It may be a draft or wait for its time, or the store was lost while workers have requests.
      String why = reason(command);
      fanOuts.put(id, FanOutState.requested(origin(command, record)).told(wanted, why));
      events.control(id, new Control(wanted, why));
    } else if (fanOut == null) {
      refuse(
          record,
          Refusal.UNKNOWN,
          "cannot " + command.command() + " a campaign that was not started");
    } else if (fanOut.phase() instanceof FanOutState.Unreadable(var why)
        && wanted == Control.State.RUNNING) {
      refuse(
          record,
          Refusal.IMPOSSIBLE,
          "cannot " + command.command() + " it, see sluice campaign repair: " + why);
    } else if (!fanOut.active() && wanted != Control.State.CANCELLED) {
      refuse(record, Refusal.IMPOSSIBLE, "cannot " + command.command() + " a cancelled campaign");
    } else if (fanOut.state() != wanted || tick.pausedElsewhere(id, fanOut)) {
      String why = reason(command);
      FanOutState told = fanOut.told(wanted, why);
      tick.forgive(id);
      fanOuts.put(id, told);
      events.commanded(
          id,
          told.effective() == wanted
              ? new Control(wanted, why)
              : new Control(told.effective(), StatusReasons.waitsForHours(why)));
    }
  }

  private void resend(
      UUID id,
      @Nullable FanOutState fanOut,
      CampaignCommand command,
      Record<byte[], byte[]> record) {
    Set<RecipientStatus> statuses =
        command.statuses() == null ? Set.of(RecipientStatus.FAILED) : command.statuses();
    if (fanOut == null || !fanOut.active() || !(fanOut.phase() instanceof FanOutState.Fed)) {
      refuse(
          record,
          fanOut == null ? Refusal.UNKNOWN : Refusal.IMPOSSIBLE,
          "resend is only possible once a campaign has completed");
    } else if (statuses.isEmpty() || !RESENDABLE.containsAll(statuses)) {
      refuse(
          record,
          Refusal.IMPOSSIBLE,
          "only FAILED and UNCONFIRMED recipients can be sent to once more");
    } else if (!namesWhomItIsFor(command)) {
      refuse(
          record,
          Refusal.IMPOSSIBLE,
          "resend-selected, and nothing else, names 1 to "
              + CampaignCommand.MOST_RECIPIENTS
              + " recipients");
    } else {
      long offset = context.recordMetadata().orElseThrow().offset();
      fanOuts.put(
          id,
          fanOut.resending(
              statuses,
              command.reasons(),
              command.recipients(),
              offset,
              traceparent(command, record)));
    }
  }

  /**
   * Returns whether a command names recipients if it has to, and only then: older producers would
   * take a resend that names some for one to everybody.
   */
  private static boolean namesWhomItIsFor(CampaignCommand command) {
    List<Long> recipients = command.recipients();
    return command.command() == CampaignCommand.Action.RESEND_SELECTED
        ? recipients != null
            && !recipients.isEmpty()
            && recipients.size() <= CampaignCommand.MOST_RECIPIENTS
            && recipients.stream().allMatch(Objects::nonNull)
        : recipients == null;
  }

  private static String reason(CampaignCommand command) {
    return Texts.shortened(StatusReasons.requested(requester(command), command.reason()));
  }

  /** Returns the trace of the records that come of a command. */
  private @Nullable String traceparent(CampaignCommand command, Record<byte[], byte[]> record) {
    RecordMetadata place = context.recordMetadata().orElseThrow();
    return traces.command(
        command.command().toString(),
        command.campaignId(),
        place.topic() + "-" + place.partition() + "@" + place.offset(),
        Instant.ofEpochMilli(record.timestamp()),
        clock.instant(),
        CampaignHeaders.traceparent(record.headers()));
  }

  private FanOutState.Origin origin(CampaignCommand command, Record<byte[], byte[]> record) {
    RecordMetadata place = context.recordMetadata().orElseThrow();
    return new FanOutState.Origin(
        record.key(),
        record.value(),
        place.topic(),
        place.partition(),
        place.offset(),
        record.timestamp(),
        traceparent(command, record));
  }

  private void refuse(Record<byte[], byte[]> record, Refusal refusal, String reason) {
    RecordMetadata place = context.recordMetadata().orElseThrow();
    refusals.refused(place, reason);
    output.deadLetter(
        refusal,
        record.key(),
        record.value(),
        new DeadLetter(place.topic(), place.partition(), place.offset(), reason),
        CampaignHeaders.belonging(record.headers()));
  }
}
