package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedMemoryTest {
  private final SharedMemory memory = new SharedMemory(new ByteBudget(10));
  private final byte[] list = {1};
  private final byte[] other = {1};

  @Test
  void whatManyShareIsChargedOnceUntilTheLastHasGivenItBack() {
    assertThat(memory.take(list, 6)).isTrue();
    assertThat(memory.take(list, 6)).isTrue();
    assertThat(memory.take(other, 6)).isFalse();

    memory.giveBack(list);
    assertThat(memory.take(other, 6)).isFalse();
    memory.giveBack(list);
    assertThat(memory.take(other, 6)).isTrue();
  }
}
