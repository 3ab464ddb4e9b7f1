package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackDataTest {
  @Property
  void whatGoesOutIsKnownWhenItComesBack(
      @ForAll long high,
      @ForAll long low,
      @ForAll @LongRange(min = 1, max = 999_999_999_999_999_999L) long recipient,
      @ForAll @IntRange(min = 1, max = 999_999_999) int round,
      @ForAll boolean test) {
    CallbackData sent = new CallbackData(new UUID(high, low), recipient, round, test);

    assertThat(CallbackData.of(sent.toString())).contains(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "order-17",
        "00000000-0000-0001-0000-000000000002:1",
        "00000000-0000-0001-0000-000000000002:1:1:1",
        "00000000-0000-0001-0000-000000000002:-1:1",
        "00000000-0000-0001-0000-000000000002:9999999999999999999:1",
        "------------------------------------:1:1",
        "live:00000000-0000-0001-0000-000000000002:1:1"
      })
  void whatOthersSendFromTheSameNumberIsNot(String text) {
    assertThat(CallbackData.of(text)).isEmpty();
  }
}
