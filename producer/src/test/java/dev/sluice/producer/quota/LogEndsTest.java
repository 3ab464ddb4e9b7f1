package dev.sluice.producer.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.LeaderNotAvailableException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;

class LogEndsTest {
  private static final TopicPartition ZERO = new TopicPartition("requests", 0);
  private static final TopicPartition ONE = new TopicPartition("requests", 1);

  @Test
  void onePartitionThatDoesNotAnswerIsLeftOutAlone() throws Exception {
    assertThat(of(silent(), end(7))).isEqualTo(Map.of(ONE, 7L));
    assertThat(of(leaderless(), end(7))).isEqualTo(Map.of(ONE, 7L));
    assertThat(of(end(3), end(7))).isEqualTo(Map.of(ZERO, 3L, ONE, 7L));
  }

  @Test
  void ifNoneAnswersItIsNoPartitionsOwn() {
    assertThatThrownBy(() -> of(silent(), leaderless()))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("LeaderNotAvailableException: none");
  }

  private static Map<TopicPartition, Long> of(
      KafkaFuture<ListOffsetsResultInfo> zero, KafkaFuture<ListOffsetsResultInfo> one)
      throws Exception {
    return LogEnds.of(new ListOffsetsResult(Map.of(ZERO, zero, ONE, one)), List.of(ZERO, ONE), 20);
  }

  private static KafkaFuture<ListOffsetsResultInfo> end(long offset) {
    return KafkaFuture.completedFuture(new ListOffsetsResultInfo(offset, -1, Optional.empty()));
  }

  private static KafkaFuture<ListOffsetsResultInfo> leaderless() {
    return KafkaFuture.completedFuture(null)
        .thenApply(nothing -> {
          throw new LeaderNotAvailableException("none");
        });
  }

  private static KafkaFuture<ListOffsetsResultInfo> silent() {
    return new KafkaFutureImpl<>();
  }
}
