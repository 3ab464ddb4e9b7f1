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

/** Virtual threads that call a provider, each again as soon as it has its response. */
public final class ClientLoad {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final JsonNode MESSAGE =
      Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Hello, how are you?\"}}");

  private final MessageProvider provider;
  private final int inFlight;

  /** Creates a load with this many concurrent calls. */
  public ClientLoad(MessageProvider provider, int inFlight) {
    this.provider = provider;
    this.inFlight = inFlight;
  }

  /**
   * The cost of calls.
   *
   * @param cpuNanos this process's CPU time, ns
   * @param nanos their total elapsed time, ns
   */
  public record Cost(long calls, long cpuNanos, long nanos) {
    /** The cost of no calls. */
    public static final Cost NONE = new Cost(0, 0, 0);

    /** Returns the sum of both. */
    public Cost plus(Cost other) {
      return new Cost(calls + other.calls, cpuNanos + other.cpuNanos, nanos + other.nanos);
    }

    /** Returns the CPU time per call, µs. */
    public double cpuMicros() {
      return cpuNanos / 1e3 / calls;
    }

    /** Returns the calls per second. */
    public double perSecond() {
      return calls * 1e9 / nanos;
    }
  }

  /** Calls the provider for this long and returns the cost. */
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
