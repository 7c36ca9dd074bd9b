using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Insp1r.NativeHosting;
using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

/// <summary>An application model with a state folder and a project folder of its own.</summary>
internal sealed class Model : IDisposable
{
    public Model(params string[] args)
    {
        Folder = Directory.CreateTempSubdirectory("insp1r-model-").FullName;
        State = new StateFolder(Path.Combine(Folder, "state"));
        State.Create();
        Builder = DistributedApplication.CreateBuilder([.. args, $"--{StateFolder.Variable}={State.Root}"]);
    }

    public string Folder { get; }
    public StateFolder State { get; }
    public IDistributedApplicationBuilder Builder { get; }

    public IResourceBuilder<ProjectResource> AddProject(string name, string launchSettings = """
        { "profiles": { "http": { "commandName": "Project", "applicationUrl": "http://localhost:5101",
                                  "environmentVariables": { "ASPNETCORE_ENVIRONMENT": "Development" } } } }
        """)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name));
        File.WriteAllText(Path.Combine(folder.CreateSubdirectory("Properties").FullName, "launchSettings.json"), launchSettings);
        return Builder.AddProject(name, Path.Combine(folder.FullName, $"{name}.csproj"));
    }

    /// <summary>The variables of the resource's processes, as the engine gives them once every endpoint has its port.</summary>
    public async Task<List<IReadOnlyDictionary<string, string>>> VariablesAsync(
        IResourceBuilder<IResource> resource, params (string Name, string Value)[] engine)
    {
        var ports = new PortBook(State);
        EndpointAllocation.Allocate(Builder.Resources, ports);
        var environment = new ProjectEnvironment(Builder.ExecutionContext, engine.ToDictionary(v => v.Name, v => v.Value));
        var result = new List<IReadOnlyDictionary<string, string>>();
        foreach (var replica in EndpointAllocation.ReplicasOf(resource.Resource, ports))
            result.Add(await environment.ForAsync(resource.Resource, replica, TestContext.Current.CancellationToken));
        return result;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
