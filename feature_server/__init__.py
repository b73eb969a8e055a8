"""The HTTP server that answers with features, computed by the statements that dbt compiled."""

from feature_server.settings import FeatureServerSettings

__all__ = ["FeatureServerSettings"]
