package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultTest {
  @ParameterizedTest
  @CsvSource({
    "22008, REFUSED", // a time out of range
    "22021, REFUSED", // an invalid character
    "23514, REFUSED", // a check
    "54000, REFUSED", // a row too large for an index
    "P0001, REFUSED", // raised by a trigger
    "40001, BUSY", // serialization
    "40P01, BUSY", // a deadlock
    "55P03, BUSY", // a lock timeout
    "57014, BUSY", // a statement timeout
    "XX001, UNCLEAR", // a damaged page, or an index that all use
    "08006, AWAY", // connection
    "53100, AWAY", // disk full
    "53200, BUSY", // out of memory: of one statement, if others can write
    "53300, BUSY", // too many connections: others have theirs
    "57P01, BUSY", // shutdown: if the probe is answered, it is over
    "58030, UNCLEAR", // a file that cannot be read
    "25006, AWAY", // read-only: a standby
    "42501, UNCLEAR", // privileges
    "42703, UNCLEAR", // a name
    "3F000, UNCLEAR", // a schema
    "28P01, AWAY" // password
  })
  void theSqlStateSaysWhoseFaultItIs(String sqlState, Fault fault) {
    assertThat(Fault.of(failure(sqlState))).isEqualTo(fault);
  }

  @Test
  void withoutAConnectionThereIsNoState() {
    DataAccessException none =
        new DataAccessException("failed", new SQLTransientConnectionException("no connection"));
    assertThat(Fault.of(none)).isEqualTo(Fault.AWAY);
  }

  @Test
  void aValueThatJavaCannotHoldIsNoAbsenceOfTheDatabase() {
    assertThat(Fault.of(failure(null))).isEqualTo(Fault.BUSY);
  }

  private static DataAccessException failure(String sqlState) {
    return new DataAccessException("failed", new SQLException("failed", sqlState));
  }
}
