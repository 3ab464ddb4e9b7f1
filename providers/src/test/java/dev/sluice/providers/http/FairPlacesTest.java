package dev.sluice.providers.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FairPlacesTest {
  @Test
  void aThousandWaitingCallsDelayAnotherSendersCallByOnePlace() throws Exception {
    FairPlaces places = new FairPlaces(32);
    List<FairPlaces.Ticket> fast =
        IntStream.range(0, 1_000).mapToObj(_ -> places.enter("fast")).toList();
    FairPlaces.Ticket slow = places.enter("slow");
    assertThat(holds(slow)).isFalse();

    fast.getFirst().close();

    assertThat(holds(slow)).isTrue();
    assertThat(holds(fast.get(32))).isFalse();
    fast.get(1).close();
    assertThat(holds(fast.get(32))).isTrue();
  }

  @Test
  void callsOfOneSenderAreServedInTheOrderInWhichTheyCame() throws Exception {
    FairPlaces places = new FairPlaces(1);
    FairPlaces.Ticket first = places.enter("a");
    FairPlaces.Ticket second = places.enter("a");
    FairPlaces.Ticket third = places.enter("a");

    first.close();
    first.close();

    assertThat(holds(second)).isTrue();
    assertThat(holds(third)).isFalse();
  }

  @Test
  void sendersWithAsManyPlacesTakeTurnsSoThatNoneIsStarvedByMoreSendersThanPlaces()
      throws Exception {
    FairPlaces places = new FairPlaces(1);
    List<FairPlaces.Ticket> first = Stream.generate(() -> places.enter("a")).limit(3).toList();
    FairPlaces.Ticket other = places.enter("b");

    first.getFirst().close();
    first.get(1).close();

    assertThat(holds(other)).isTrue();
  }

  @Test
  void aCallThatLeavesTheQueueGetsNoPlace() throws Exception {
    FairPlaces places = new FairPlaces(1);
    FairPlaces.Ticket first = places.enter("a");
    places.enter("a").close();
    FairPlaces.Ticket third = places.enter("b");
    assertThat(places.waiting()).isEqualTo(1);

    first.close();

    assertThat(holds(third)).isTrue();
    assertThat(places.waiting()).isZero();
  }

  /** Each step enters a call of one of three senders, or closes the oldest call that is open. */
  @Property(tries = 300)
  void noPlaceIsLostOrGivenTwice(@ForAll @Size(max = 60) List<@IntRange(max = 5) Integer> steps)
      throws Exception {
    FairPlaces places = new FairPlaces(4);
    List<FairPlaces.Ticket> open = new ArrayList<>();
    for (int step : steps) {
      if (step < 3) {
        open.add(places.enter("sender" + step));
      } else if (!open.isEmpty()) {
        open.remove((step * 7) % open.size()).close();
      }
      int held = 0;
      for (FairPlaces.Ticket ticket : open) {
        held += holds(ticket) ? 1 : 0;
      }
      assertThat(held).isEqualTo(Math.min(4, open.size()));
      assertThat(places.waiting()).isEqualTo(open.size() - held);
    }
    open.forEach(FairPlaces.Ticket::close);
    assertThat(places.waiting()).isZero();
    for (int i = 0; i < 4; i++) {
      assertThat(holds(places.enter("last"))).isTrue();
    }
  }

  private static boolean holds(FairPlaces.Ticket ticket) throws InterruptedException {
    return ticket.await(Duration.ZERO);
  }
}
