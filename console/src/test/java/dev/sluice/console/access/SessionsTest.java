package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final User ANA = user("ana", Role.MANAGER);
  private static final User BO = user("bo", Role.VIEWER);

  private Instant now = Instant.parse("2027-03-01T09:00:00Z");
  private UserList users = list(ANA, BO);
  private final Sessions sessions = new Sessions(() -> users, () -> now);

  @Test
  void aSessionIsItsUsersUntilItEnds() {
    String id = sessions.begin(ANA);

    assertThat(sessions.user(id)).hasValue(ANA);
    assertThat(sessions.user(id + "x")).isEmpty();
    assertThat(sessions.user("")).isEmpty();
    sessions.end(id);
    assertThat(sessions.user(id)).isEmpty();
  }

  @Test
  void idsCannotBeGuessed() {
    assertThat(sessions.begin(ANA)).hasSize(43).isNotEqualTo(sessions.begin(ANA));
  }

  @Test
  void aSessionThatNobodyUsesEnds() {
    String id = sessions.begin(ANA);
    now = now.plus(Duration.ofMinutes(119));
    assertThat(sessions.user(id)).isPresent();
    now = now.plus(Duration.ofMinutes(121));

    assertThat(sessions.user(id)).isEmpty();
  }

  @Test
  void aStolenSessionEndsHoweverMuchItIsUsed() {
    String id = sessions.begin(ANA);
    for (int hour = 0; hour < 12; hour++) {
      assertThat(sessions.user(id)).isPresent();
      now = now.plus(Duration.ofHours(1));
    }
    now = now.plus(Duration.ofSeconds(1));

    assertThat(sessions.user(id)).isEmpty();
  }

  @Test
  void aChangeOfTheUsersHoldsForSessionsThatAreOpen() {
    String ana = sessions.begin(ANA);
    String bo = sessions.begin(BO);
    User promoted = new User("bo", Role.OPERATOR, true, BO.password());
    users = list(promoted);

    assertThat(sessions.user(ana)).isEmpty();
    assertThat(sessions.user(bo)).hasValue(promoted);

    users = list(user("bo", Role.OPERATOR));
    assertThat(sessions.user(bo)).as("with another password").isEmpty();
    users = list(promoted);
    assertThat(sessions.user(bo)).as("it does not come back").isEmpty();
  }

  @Test
  void aUserHasSoManyAndTakesNobodyElsesPlace() {
    String others = sessions.begin(BO);
    List<String> own = new ArrayList<>();
    for (int i = 0; i <= Sessions.MOST_OF_A_USER; i++) {
      own.add(sessions.begin(ANA));
    }

    assertThat(sessions.user(own.getFirst())).isEmpty();
    assertThat(sessions.user(own.get(1))).isPresent();
    assertThat(sessions.user(own.getLast())).isPresent();
    assertThat(sessions.user(others)).isPresent();
  }

  @Test
  void allTogetherHaveSoMany() {
    List<User> many = new ArrayList<>();
    for (int i = 0; i <= Sessions.MOST; i++) {
      many.add(new User("user" + i, Role.VIEWER, false, ANA.password()));
    }
    users = list(many.toArray(User[]::new));
    List<String> ids = many.stream().map(sessions::begin).toList();

    assertThat(sessions.user(ids.getFirst())).isEmpty();
    assertThat(sessions.user(ids.get(1))).isPresent();
    assertThat(sessions.user(ids.getLast())).isPresent();
  }

  private static User user(String name, Role role) {
    return new User(name, role, false, Optional.of(PasswordHash.ofNothing(100_000)));
  }

  private static UserList list(User... users) {
    Map<String, User> all = new java.util.HashMap<>();
    for (User user : users) {
      all.put(user.name(), user);
    }
    return new UserList(all);
  }
}
