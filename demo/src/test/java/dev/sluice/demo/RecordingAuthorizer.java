package dev.sluice.demo;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** The standard authorizer, recording the decisions it makes. A broker instantiates it by name. */
public final class RecordingAuthorizer extends StandardAuthorizer {
  /** An operation that was allowed or denied. */
  record Asked(String user, AclOperation operation, ResourcePattern on) {}

  static final Set<Asked> ALLOWED = ConcurrentHashMap.newKeySet();
  static final Set<Asked> DENIED = ConcurrentHashMap.newKeySet();

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    List<AuthorizationResult> results = super.authorize(context, actions);
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      Asked asked =
          new Asked(context.principal().getName(), action.operation(), action.resourcePattern());
      if (results.get(i) == AuthorizationResult.ALLOWED) {
        ALLOWED.add(asked);
      } else if (action.logIfDenied()) {
        DENIED.add(asked);
      }
    }
    return results;
  }
}
