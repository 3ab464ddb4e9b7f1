package dev.sluice.worker;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/**
 * The standard authorizer, but nobody may write to some topics. A broker instantiates it by name.
 */
public final class RefusingAuthorizer extends StandardAuthorizer {
  static final Set<String> TOPICS = ConcurrentHashMap.newKeySet();

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    return actions.stream()
        .map(action ->
            action.operation() == AclOperation.WRITE
                    && TOPICS.contains(action.resourcePattern().name())
                ? AuthorizationResult.DENIED
                : super.authorize(context, List.of(action)).getFirst())
        .toList();
  }
}
