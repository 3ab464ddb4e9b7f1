package dev.sluice.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveStateTest {
  private static final Map<String, Object> A = Map.of("id", "a", "n", 1);
  private static final Map<String, Object> B = Map.of("id", "b", "n", 1);
  private static final Map<String, Object> A2 = Map.of("id", "a", "n", 2);

  @Test
  void aListIsToldAsAWholeAtFirst() {
    String event = text(LiveState.list("campaigns", List.of(A, B)).whole());

    assertThat(event).startsWith("event: campaigns\ndata: [{").endsWith("}]\n\n");
    assertThat(event).contains("\"a\"").contains("\"b\"");
  }

  @Test
  void afterThatOnlyRowsThatAreNewOrHaveChangedAreTold() {
    LiveState one = LiveState.list("campaigns", List.of(A));
    String event = text(LiveState.list("campaigns", List.of(B, A)).since(one).orElseThrow());
    String other = text(LiveState.list("campaigns", List.of(A2)).since(one).orElseThrow());

    assertThat(event).startsWith("event: changes\n").contains("\"b\"").doesNotContain("\"a\"");
    assertThat(other).startsWith("event: changes\n").contains("\"a\"");
    assertThat(LiveState.list("campaigns", List.of(A)).since(one)).isEmpty();
  }

  @Test
  void whatHasLeftAListIsTold() {
    LiveState both = LiveState.list("campaigns", List.of(A, B));

    assertThat(text(LiveState.list("campaigns", List.of(A)).since(both).orElseThrow()))
        .isEqualTo("event: gone\ndata: [\"b\"]\n\n");
    assertThat(text(LiveState.list("campaigns", List.of(A2)).since(both).orElseThrow()))
        .startsWith("event: changes\ndata: [{")
        .endsWith("}]\n\nevent: gone\ndata: [\"b\"]\n\n");
  }

  @Test
  void whatCannotBeReadAnyMoreIsToldAndAfterwardsTheWhole() {
    LiveState one = LiveState.list("campaigns", List.of(A));
    LiveState stale = new LiveState.Stale(one);
    String event = "event: stale\ndata: {}\n\n";

    assertThat(text(stale.since(one).orElseThrow())).isEqualTo(event);
    assertThat(text(stale.whole())).isEqualTo(text(one.whole()) + event);
    assertThat(stale.since(new LiveState.Stale(one))).isEmpty();
    assertThat(text(one.since(stale).orElseThrow())).isEqualTo(text(one.whole()));
  }

  @Test
  void aSingleThingIsToldAsAWhole() {
    LiveState one = LiveState.one("campaign", A);

    assertThat(LiveState.one("campaign", A).since(one)).isEmpty();
    assertThat(text(LiveState.one("campaign", A2).since(one).orElseThrow()))
        .startsWith("event: campaign\ndata: {");
  }

  private static String text(byte[] event) {
    return new String(event, StandardCharsets.UTF_8);
  }
}
