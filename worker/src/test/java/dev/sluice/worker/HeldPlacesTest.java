package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest.Sender;
import dev.sluice.worker.HeldPlaces.Use;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldPlacesTest {
  private static final Sender ONE = new Sender("one", "whatsapp", "1");
  private static final Sender OTHER = new Sender("other", "whatsapp", "2");

  private final HeldPlaces<String> places = new HeldPlaces<>();
  private final List<String> started = new ArrayList<>();

  @Test
  void aSendWaitsWhileItsSenderHoldsAsManyPlacesAsItMay() {
    add(ONE, "a", 2);
    add(ONE, "b", 2);
    add(ONE, "c", 2);
    add(OTHER, "d", 2);

    assertThat(started).containsExactly("a", "b", "d");
    assertThat(places.waiting()).containsExactly("c");
    assertThat(places.use())
        .containsEntry(ONE, new Use(2, 1, 0))
        .containsEntry(OTHER, new Use(1, 0, 0));
  }

  @Test
  void aSendThatEndsPassesItsPlaceOnToTheNextOfItsSender() {
    add(ONE, "a", 1);
    add(ONE, "b", 1);
    add(ONE, "c", 1);

    assertThat(places.pass(ONE)).isEqualTo("b");
    assertThat(places.use()).containsEntry(ONE, new Use(1, 1, 1));
    assertThat(places.pass(ONE)).isEqualTo("c");
    assertThat(places.pass(ONE)).isNull();
    assertThat(places.use()).isEmpty();
  }

  @Test
  void placesThatASenderGetsLaterAreForThoseThatWaitedFirst() {
    add(ONE, "a", 1);
    add(ONE, "b", 1);
    add(ONE, "c", 2);

    assertThat(started).containsExactly("a", "b");
    assertThat(places.pass(ONE)).isEqualTo("c");
  }

  @Test
  void oneThatIsNoLongerWantedGetsNoPlace() {
    add(ONE, "a", 1);
    add(ONE, "b", 1);

    assertThat(places.remove(ONE, "b")).isTrue();
    assertThat(places.remove(ONE, "a")).isFalse();
    assertThat(places.pass(ONE)).isNull();
  }

  @Test
  void nobodyWaitsWithoutAPlaceThatWillBeFree() {
    add(ONE, "a", 0);

    assertThat(started).containsExactly("a");
  }

  private void add(Sender sender, String send, int most) {
    places.add(sender, send, most, started::add);
  }
}
