using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Insp1r.NativeHosting;
using Insp1r.Platform;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly ResourceCollection _resources = [];

    public DistributedApplicationBuilder(string[] args)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { Args = args });
        Environment = host.Environment;
        Services = host.Services;
        AppHostAssembly = Assembly.GetEntryAssembly();

        // The application host runs from bin/{configuration}/{framework}/ of its project folder.
        AppHostDirectory = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."));

        // The model may name files of the state folder: it and the engine must mean the same one.
        Configuration = new ConfigurationManager();
        Configuration.AddInMemoryCollection([new(StateFolder.Variable, StateFolder.DefaultPath)]);
        Configuration.AddEnvironmentVariables();
        Configuration.AddCommandLine(args);

        State = new StateFolder(Configuration[StateFolder.Variable]!);
        Secrets = new SecretStore(State);

        // The processes run in folders of their own, where a relative path would mean another place.
        Configuration[StateFolder.Variable] = State.Root;
    }

    public ConfigurationManager Configuration { get; }
    public string AppHostDirectory { get; }
    public Assembly? AppHostAssembly { get; }
    public IHostEnvironment Environment { get; }
    public IServiceCollection Services { get; }
    public DistributedApplicationExecutionContext ExecutionContext { get; } = new();
    public IResourceCollection Resources => _resources;
    internal StateFolder State { get; }
    internal SecretStore Secrets { get; }

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (_resources.Any(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"Cannot add the resource '{resource.Name}': another has that name already.");

        _resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build() => new(this);

    private sealed class ResourceCollection : List<IResource>, IResourceCollection;

    private sealed class ResourceBuilder<T>(IDistributedApplicationBuilder application, T resource) : IResourceBuilder<T> where T : IResource
    {
        public IDistributedApplicationBuilder ApplicationBuilder { get; } = application;
        public T Resource { get; } = resource;

        public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation) where TAnnotation : IResourceAnnotation
        {
            Resource.Annotations.Add(annotation);
            return this;
        }
    }
}

/// <summary>The application model contradicts itself.</summary>
public sealed class DistributedApplicationException : Exception
{
    public DistributedApplicationException() { }
    public DistributedApplicationException(string message) : base(message) { }
    public DistributedApplicationException(string message, Exception inner) : base(message, inner) { }
}
