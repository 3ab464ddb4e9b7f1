package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MetersBySenderTest {
  private final Queue<String> registered = new ConcurrentLinkedQueue<>();
  private final NamedSenders senders = new NamedSenders();
  private final MetersBySender<String> meters =
      new MetersBySender<>(
          senders,
          sender -> {
            registered.add(sender);
            return "of " + sender;
          });

  @Test
  void aSenderKeepsItsMeterAndThoseBeyondTheMostShareOne() {
    List<String> all = IntStream.range(0, 1_500).mapToObj(i -> "s" + i).toList();
    all.forEach(meters::of);

    assertThat(all.stream().map(meters::of).distinct())
        .hasSize(1_001)
        .startsWith("of s0")
        .endsWith("of (others)");
    assertThat(meters.of("s999")).isEqualTo("of s999");
    assertThat(meters.of("s1000")).isEqualTo("of (others)");
    assertThat(registered).hasSize(1_001).doesNotHaveDuplicates();
  }

  @Test
  void metersThatSeeSendersInAnotherOrderNameTheSameOnes() {
    MetersBySender<String> others = new MetersBySender<>(senders, sender -> "also of " + sender);
    IntStream.range(0, 1_500).forEach(i -> meters.of("s" + i));

    assertThat(others.of("s1499")).isEqualTo("also of (others)");
    assertThat(others.of("s0")).isEqualTo("also of s0");
  }

  @Test
  void threadsThatMeetNewSendersAtOnceRegisterNoMore() {
    IntStream.range(0, 20_000).parallel().forEach(i -> meters.of("s" + i % 5_000));

    assertThat(registered).hasSize(1_001).doesNotHaveDuplicates().contains("(others)");
  }
}
