package dev.sluice.benchmark.scenario;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.databind.JsonNode;

/** So many virtual threads that call a provider, each again as soon as it has its answer. */
public final class ClientLoad {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final JsonNode MESSAGE =
      Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Hello, how are you?\"}}");

  private final MessageProvider provider;
  private final int inFlight;

  /** Prepares it, with so many calls at a time. */
  public ClientLoad(MessageProvider provider, int inFlight) {
    this.provider = provider;
    this.inFlight = inFlight;
  }

  /**
   * What some calls took.
   *
   * @param cpuNanos this process's CPU time
   * @param nanos how long they took together
   */
  public record Cost(long calls, long cpuNanos, long nanos) {
    /** Of nothing. */
    public static final Cost NONE = new Cost(0, 0, 0);

    /** Both together. */
    public Cost plus(Cost other) {
      return new Cost(calls + other.calls, cpuNanos + other.cpuNanos, nanos + other.nanos);
    }

    /** CPU time of a call, µs. */
    public double cpuMicros() {
      return cpuNanos / 1e3 / calls;
    }

    /** Calls a second. */
    public double perSecond() {
      return calls * 1e9 / nanos;
    }
  }

  /** Calls for so long. */
  public Cost run(Duration time) {
    LongAdder accepted = new LongAdder();
    long cpu = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < inFlight; i++) {
        OutgoingMessage message =
            new OutgoingMessage("106540352242922", "+5511960000000", MESSAGE, "c:" + i + ":1");
        callers.execute(() -> {
          while (System.nanoTime() - start < time.toNanos()) {
            SendOutcome outcome = provider.send(message);
            if (!(outcome instanceof SendOutcome.Accepted)) {
              throw new IllegalStateException("not accepted: " + outcome);
            }
            accepted.increment();
          }
        });
      }
    }
    return new Cost(accepted.sum(), SYSTEM.getProcessCpuTime() - cpu, System.nanoTime() - start);
  }
}
